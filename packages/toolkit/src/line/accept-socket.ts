import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

export interface AcceptOptions {
  /** The subprotocol, which the client must name. */
  readonly protocol: string;
  /** The largest message that is received; a larger one closes the WebSocket. */
  readonly largestMessage: number;
}

/** A request to go on with WebSocket. */
export interface SocketRequest {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  /** What was received after the request. */
  readonly head: Buffer;
}

/**
 * Goes on with WebSocket.
 * @throws Error if the request is none for it, which is not answered yet, or if the client has gone
 */
export async function acceptSocket(
  { message, socket, head }: SocketRequest,
  { protocol, largestMessage }: AcceptOptions,
): Promise<WebSocket> {
  if (socket.destroyed) throw gone();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: largestMessage,
    handleProtocols: () => protocol,
  });
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const onClose = (): void => reject(gone());
  // A socket that cannot be read or written any more is destroyed without a word.
  socket.once('close', onClose);
  server.once('wsClientError', reject);
  server.handleUpgrade(message, socket, head, resolve);
  try {
    return await promise;
  } finally {
    socket.off('close', onClose);
  }
}

const gone = (): Error => new Error('the client has gone');
