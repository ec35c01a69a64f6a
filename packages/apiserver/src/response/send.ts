import { createHash } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { stringify } from 'yaml';
import { type ApiResponse, closeAfter } from '../request/exchange.ts';
import type { Form } from './negotiate.ts';
import { breakOffIfSlow } from './slowness.ts';

/** What an answer says, in the form in which it is sent. */
export interface Answer {
  readonly code: number;
  readonly content: unknown;
  readonly mediaType: string;
  readonly warnings?: readonly string[];
  /** Whether clients keep it and ask only whether it has changed. */
  readonly isKept?: boolean;
}

export const mediaTypeOf = ({ encoding }: Form): string => `application/${encoding}`;

/** Smaller answers are sent as they are, as in Kubernetes. */
const gzipFrom = 128 * 2 ** 10;
const zipped = promisify(gzip);

/**
 * An answer of this size in bytes is large. Over TLS and HTTP/1.1 it is the last of its connection: while Node has as much
 * to send, it pauses the parser of requests, and breaks the connection off if TLS has read the next one already
 * (HPE_PAUSED).
 */
const largeFrom = 2 ** 16;

/** Sends an answer, zipped if it is large and the client reads that; or nothing if the client has it already. */
export async function send(response: ApiResponse, answer: Answer): Promise<void> {
  const { headers, method } = response.req;
  const content = encoded(answer);
  response.setHeader('content-type', answer.mediaType);
  response.setHeader('cache-control', 'no-cache, private');
  for (const warning of answer.warnings ?? []) warn(response, warning);
  if (answer.isKept && isKnown(response, content)) {
    response.writeHead(304);
    return void response.end();
  }
  const isZipped = content.length >= gzipFrom && /\bgzip\b/.test(headers['accept-encoding'] ?? '');
  const body = isZipped ? await zipped(content, { level: constants.Z_BEST_SPEED }) : content;
  if (isZipped) {
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'accept-encoding');
  }
  const isLarge = body.length >= largeFrom;
  if (isLarge && response.req.socket instanceof TLSSocket) closeAfter(response);
  // A connection of HTTP/2 carries many answers, of which even small ones are much together.
  if (isLarge || response.stream) breakOffIfSlow(response);
  response.writeHead(answer.code, { 'content-length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}

/** Marks an answer, and tells whether the client has it already. */
function isKnown(response: ApiResponse, content: Uint8Array): boolean {
  const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
  response.setHeader('etag', etag);
  return response.req.headers['if-none-match'] === etag;
}

function encoded({ content, mediaType }: Answer): Uint8Array {
  if (content instanceof Uint8Array) return content;
  if (mediaType === 'application/yaml') return Buffer.from(stringify(content));
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
}

/** Tells the user of a client something beside the answer, which has not been sent yet. */
export const warn = (response: ApiResponse, warning: string): void =>
  void response.appendHeader('warning', warningHeader(warning));

/** Writes a warning as RFC 7234 has it. */
const warningHeader = (text: string): string =>
  `299 - ${JSON.stringify(text.replaceAll(/[^\x20-\x7e]/g, ' '))}`;
