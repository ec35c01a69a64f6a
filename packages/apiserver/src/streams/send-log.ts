import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiResponse } from '../request/exchange.ts';

/** Sends output as it comes, and no faster than the client reads. The headers go at once. */
export async function sendLog(
  response: ApiResponse,
  output: AsyncIterable<Uint8Array>,
  {
    limitBytes = Infinity,
    signal,
  }: { readonly limitBytes?: number | undefined; readonly signal: AbortSignal },
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  response.flushHeaders?.();
  const sent = Readable.from(limited(output, limitBytes), { objectMode: false });
  await pipeline(sent, response, { signal }).catch((failure: unknown) => {
    if (!signal.aborted) throw failure;
  });
}

async function* limited(output: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let left = most;
  for await (const bytes of output) {
    yield bytes.subarray(0, left);
    left -= bytes.length;
    if (left <= 0) return;
  }
}
