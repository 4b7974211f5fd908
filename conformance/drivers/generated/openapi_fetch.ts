/** A driver for openapi-fetch, with the types that openapi-typescript generates. */

import createClient from 'openapi-fetch';
import type { paths } from './clients/openapi_fetch.ts';
import { drive, failure } from './driver.ts';

drive('openapi-fetch', async ({ baseUrl, apiKey, body }) => {
  const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${apiKey}` } });
  const { data, error, response } = await client.POST('/v1/media/input', { body });
  return error === undefined ? { result: data } : failure(error, response);
});
