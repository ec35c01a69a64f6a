import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { type ServerHttp2Stream, constants } from 'node:http2';
import type { Writable } from 'node:stream';

/** What requests of HTTP/2 and their responses have, and those of HTTP/1.1 have not. */
interface MaybeStreamed {
  readonly stream?: ServerHttp2Stream;
}

/** A request, whether it came by HTTP/2 or by HTTP/1.1. */
export type ApiRequest = Pick<
  IncomingMessage,
  'complete' | 'headers' | 'method' | 'rawHeaders' | 'socket' | 'url' | typeof Symbol.asyncIterator
> &
  MaybeStreamed;

/** The response to such a request. */
export interface ApiResponse extends Writable, MaybeStreamed {
  readonly req: ApiRequest;
  readonly headersSent: boolean;
  statusCode: number;
  /** Whether Node makes chunks of HTTP/1.1 of what is written. With HTTP/2 there are none. */
  chunkedEncoding?: boolean;
  setHeader(name: string, value: number | string): unknown;
  appendHeader(name: string, value: string): unknown;
  writeHead(code: number, headers?: OutgoingHttpHeaders): unknown;
  /** Sends the headers of HTTP/1.1 at once, as those of HTTP/2 are. */
  flushHeaders?(): unknown;
  setTimeout(ms: number, whenIdle: () => void): unknown;
}

/** Returns what stands for the connection of a request, which is the same for all requests that it carries. */
export const connectionOf = ({ stream, socket }: ApiRequest): object => stream?.session ?? socket;

/** Has a connection of HTTP/1.1 closed after a response. With HTTP/2 only the stream of the request is. */
export function closeAfter(response: ApiResponse): void {
  if (!response.stream) response.setHeader('connection', 'close');
}

/** Tells a client of HTTP/2 to send no more requests on its connection, which ends when those are answered that it has sent. */
export const takeNoMore = ({ stream }: ApiResponse): unknown => stream?.session?.close();

/** Ends a response whose beginning was sent, so that the client does not take it for all of it. */
export function breakOff(response: ApiResponse): void {
  if (response.stream) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}
