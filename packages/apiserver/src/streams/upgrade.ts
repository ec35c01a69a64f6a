import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ObjectError, badRequest } from '@ignite/toolkit/client/object-error';

/** The time after which a connection is broken on which nothing was sent either way, in milliseconds. */
const idleMs = 4 * 3_600_000;
/** The time after which TCP asks whether a silent client is still there, in milliseconds. */
const probeMs = 30_000;

/** A request to go on with another protocol on the same connection. */
export interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Socket;
  /** What was received after the request. */
  readonly head: Buffer;
  /** Takes the connection from the HTTP server, which can answer no more. */
  readonly takeOver: () => void;
}

/**
 * Pure. Returns the first of some protocols, which are named in the order in which we prefer them, that a header names
 * too.
 * @throws ObjectError BAD_REQUEST
 */
export function spokenProtocol<P extends string>(
  header: string | readonly string[] | undefined,
  protocols: readonly P[],
): P {
  const wanted = [header ?? []].flat().flatMap((each) => each.split(',').map((name) => name.trim()));
  const protocol = protocols.find((each) => wanted.includes(each));
  if (protocol !== undefined) return protocol;
  throw badRequest(
    `unable to upgrade: none of the protocols ${JSON.stringify(wanted)} is spoken; these are: ${protocols.join(', ')}`,
  );
}

/** Has a connection closed on which nothing is sent either way for hours, or whose other side is gone. */
export const closeWhenIdle = (socket: Socket): unknown =>
  socket.setKeepAlive(true, probeMs).setTimeout(idleMs, () => socket.destroy());

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
export function checkOrigin({ headers: { origin, host } }: Pick<IncomingMessage, 'headers'>): void {
  if (origin === undefined) return;
  if (URL.parse(origin)?.host !== host)
    throw new ObjectError('FORBIDDEN', 'pages of other servers may not open streams');
}
