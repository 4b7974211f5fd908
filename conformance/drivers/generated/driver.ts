/** What the three drivers in TypeScript share: the protocol, and the PUT of an upload. */

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import manifest from './package.json' with { type: 'json' };

/** What a caller of the generated client gives to it. */
export type Call = { baseUrl: string; apiKey: string; body: { url: string } };

/** What the caller sees: the body of a success, or an error. */
export type Outcome<T> = { result: T } | { error: { status: number | null; retry_after_s: number | null } };

/** Calls getMediaUploadURL with the generated client. */
export type GetMediaUploadUrl = (call: Call) => Promise<Outcome<{ url: string }>>;

type Case = {
  case: string;
  base_url: string;
  credentials: { api_key: string };
  arguments: { url?: unknown; file?: string };
};

/** Answers the cases of the suite with the client of a generator, until the input ends. */
export async function drive(generator: keyof typeof versions, getMediaUploadUrl: GetMediaUploadUrl): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  await lines.next(); // the greeting of the suite
  print({
    protocol: 1,
    client: { name: generator, version: versions[generator], language: 'typescript' },
    operations: ['pyannote/getMediaUploadURL', 'pyannote/upload'],
    concurrency: 4,
  });
  for await (const line of lines) {
    const given: Case = JSON.parse(line);
    answer(given, getMediaUploadUrl).then((outcome) => print({ case: given.case, ...outcome }));
  }
}

const versions = { ...manifest.dependencies, ...manifest.devDependencies };

const print = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function answer(given: Case, getMediaUploadUrl: GetMediaUploadUrl): Promise<object> {
  const { url, file } = given.arguments;
  if (typeof url !== 'string') return { unsupported: true }; // the compiler rejects such a call
  try {
    const media = await getMediaUploadUrl({ baseUrl: given.base_url, apiKey: given.credentials.api_key, body: { url } });
    if ('error' in media) return media;
    return file === undefined ? { result: media.result ?? null } : await put(media.result.url, file);
  } catch (error) {
    return failure(error);
  }
}

/** Sends the file to the pre-signed URL. */
async function put(url: string, file: string): Promise<Outcome<{}>> {
  const response = await fetch(url, { method: 'PUT', body: await readFile(file) });
  return response.ok ? { result: {} } : failure(new Error('the storage refused the file'), response);
}

/** An error as the caller sees it: the body of the response or an exception, and what the response says, if there is one. */
export function failure(error: unknown, response?: { status: number; headers: Headers }): Outcome<never> {
  const told = error instanceof Error ? { message: message(error) } : { body: error };
  const wait = response?.headers.get('retry-after');
  return { error: { status: response?.status ?? null, retry_after_s: wait ? seconds(wait) : null, ...told } };
}

/** The message with its cause, because that of `fetch` is only "fetch failed". */
const message = (error: Error) => (error.cause ? `${error}: ${error.cause}` : String(error));

/** The wait of a Retry-After header, which is a number of seconds or a date. */
const seconds = (wait: string) => (/^\d+$/.test(wait) ? Number(wait) : (Date.parse(wait) - Date.now()) / 1000);
