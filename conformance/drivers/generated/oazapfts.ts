/** A driver for the client that oazapfts generates. */

import * as api from './clients/oazapfts.ts';
import { drive, failure } from './driver.ts';

drive('oazapfts', async ({ baseUrl, apiKey, body }) => {
  const response = await api.getMediaUploadUrl(body, { baseUrl, headers: { Authorization: `Bearer ${apiKey}` } });
  return response.status === 201 ? { result: response.data } : failure(response.data, response);
});
