import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** The time in which a client must take what was sent, in milliseconds. */
const slownessMs = 60_000;

/**
 * Sends each line of JSON as soon as it comes, and no faster than the client reads. The headers go with the first lines
 * if these are there, and otherwise at once: clients wait for them.
 */
export async function stream(
  response: ServerResponse,
  lines: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.cork();
  response.flushHeaders();
  setImmediate(() => response.uncork());
  for await (const line of lines) {
    if (response.write(line)) continue;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(slownessMs)]);
    await once(response, 'drain', { signal: patience });
  }
  response.end();
}
