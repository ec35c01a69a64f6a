import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { WebSocketLine } from './web-socket-line.ts';
import type { Line } from './line.ts';

export interface AcceptOptions {
  /** The subprotocol, which the client must name. */
  readonly protocol: string;
  /** The largest message that is received; a larger one closes the line. */
  readonly largestMessage: number;
}

/** A request to go on with WebSocket. */
export interface LineRequest {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  /** What was received after the request. */
  readonly head: Buffer;
}

/** Pure. Tells whether a request is to go on with WebSocket and a subprotocol. */
export function asksForLine({ headers }: IncomingMessage, protocol: string): boolean {
  const named = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  return headers.upgrade?.toLowerCase() === 'websocket' && named.includes(protocol);
}

/** Goes on with WebSocket. A request that is none is answered with 400, and never resolves. */
export async function acceptLine(
  { message, socket, head }: LineRequest,
  { protocol, largestMessage }: AcceptOptions,
): Promise<Line> {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: largestMessage,
    handleProtocols: () => protocol,
  });
  const { promise, resolve } = Promise.withResolvers<Line>();
  server.handleUpgrade(message, socket, head, (opened) => resolve(new WebSocketLine(opened)));
  return await promise;
}
