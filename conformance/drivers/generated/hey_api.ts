/** A driver for the client that @hey-api/openapi-ts generates. */

import { createClient } from './clients/hey_api/client/index.ts';
import { getMediaUploadUrl } from './clients/hey_api/sdk.gen.ts';
import { drive, failure } from './driver.ts';

drive('@hey-api/openapi-ts', async ({ baseUrl, apiKey, body }) => {
  const client = createClient({ baseUrl, auth: apiKey });
  const { data, error, response } = await getMediaUploadUrl({ client, body });
  return error === undefined ? { result: data } : failure(error, response);
});
