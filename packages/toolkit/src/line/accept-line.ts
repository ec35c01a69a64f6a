import type { IncomingMessage } from 'node:http';
import { type AcceptOptions, type SocketRequest, acceptSocket } from './accept-socket.ts';
import type { Line } from './line.ts';
import { WebSocketLine } from './web-socket-line.ts';

/** Pure. Tells whether a request is to go on with WebSocket and a subprotocol. */
export function asksForLine({ headers }: IncomingMessage, protocol: string): boolean {
  const named = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  return headers.upgrade?.toLowerCase() === 'websocket' && named.includes(protocol);
}

/**
 * Goes on with WebSocket.
 * @throws Error if the request is none for it, which is not answered yet, or if the client has gone
 */
export const acceptLine = async (request: SocketRequest, options: AcceptOptions): Promise<Line> =>
  new WebSocketLine(await acceptSocket(request, options));
