import { once } from 'node:events';
import type { ApiResponse } from '../request/exchange.ts';
import { type Line, lastChunk } from './line.ts';
import { breakOffIfSlow, slownessMs } from './slowness.ts';

/**
 * Sends each line of JSON as soon as it comes, and no faster than the client reads. The headers go with the first lines
 * if these are there, and otherwise at once: clients wait for them.
 */
export async function stream(
  response: ApiResponse,
  lines: AsyncIterable<Line>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  const { chunkedEncoding: isChunked = false } = response;
  response.chunkedEncoding = false; // the lines are chunks already, so that each is one write
  response.cork();
  response.flushHeaders?.();
  setImmediate(() => response.uncork());
  for await (const line of lines) {
    if (response.write(isChunked ? line.chunk : line.text)) continue;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(slownessMs)]);
    await once(response, 'drain', { signal: patience });
  }
  // Node would make an error, which nobody sees, of the end of what the client has closed.
  if (response.destroyed) return;
  breakOffIfSlow(response);
  response.end(isChunked ? lastChunk : '');
}
