import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ObjectError, badRequest } from '@ignite/toolkit/client/object-error';

/** A request to go on with another protocol on the same connection. */
export interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Socket;
  /** What was received after the request. */
  readonly head: Buffer;
  /** Takes the connection from the HTTP server, which can answer no more. */
  readonly takeOver: () => void;
}

/** @throws ObjectError BAD_REQUEST that says why a connection does not go on with WebSocket */
export function refuseUpgrade(failure: Error): never {
  throw badRequest(`unable to upgrade: ${failure.message}`, failure);
}

export const isWebSocket = ({ headers }: IncomingMessage): boolean => isFor(headers.upgrade, 'websocket');
const isSpdy = ({ headers }: IncomingMessage): boolean => isFor(headers.upgrade, 'spdy/3.1');

/**
 * Pure. Tells whether a request is for one of the protocols that there are, by a method that opens it. All others are
 * answered as if they asked for none, since their bodies are not read to the end once the protocol changes.
 */
export const isUpgrade = (message: IncomingMessage): boolean =>
  message.method === 'GET'
    ? isWebSocket(message) || isSpdy(message)
    : message.method === 'POST' && isSpdy(message);

const isFor = (header: string | undefined, protocol: string): boolean =>
  (header ?? '').split(',').some((each) => each.trim().toLowerCase() === protocol);

/**
 * Pure. A browser tells which page asks. Only pages of this server may, since the browser's certificate is
 * shown to it whoever asks.
 * @throws ObjectError FORBIDDEN
 */
export function checkOrigin({ headers: { origin, host } }: IncomingMessage): void {
  if (origin === undefined) return;
  if (URL.parse(origin)?.host !== host)
    throw new ObjectError('FORBIDDEN', 'pages of other servers may not open streams');
}
