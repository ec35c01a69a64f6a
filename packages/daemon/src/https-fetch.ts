import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';

/** More than this is read of no answer. */
const largestAnswer = 2 ** 20;

/**
 * Returns what fetches over HTTPS from servers of given authorities, which Node's own `fetch` does not let one
 * choose. It follows no redirects.
 * @param ca the certificates of the authorities; without them, those of the system
 */
export const httpsFetch = (ca?: string): typeof globalThis.fetch =>
  async function fetched(input, { method = 'GET', headers, signal } = {}) {
    const url = input instanceof Request ? input.url : input;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options = {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(ca !== undefined && { ca }),
      ...(signal && { signal }),
    };
    // The listener stays, since a connection can break amid the answer too.
    request(url, options, resolve).on('error', reject).end();
    const answer = await promise;
    return new Response(await bodyOf(answer), { status: answer.statusCode ?? 0 });
  };

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestAnswer) throw new Error(`the answer is larger than ${largestAnswer} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
