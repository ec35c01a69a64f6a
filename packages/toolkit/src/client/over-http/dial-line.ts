import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import type { Line } from '../../line/line.ts';
import { WebSocketLine } from '../../line/web-socket-line.ts';
import { ObjectError } from '../object-error.ts';
import type { ServerAccess } from './server-access.ts';
import { statusError } from './status-error.ts';

/** The time in which a server must answer, in milliseconds. */
const answerMs = 60_000;

export interface LinePlace {
  readonly path: string;
  readonly protocol: string;
}

/**
 * Opens a line to a server.
 * @throws ObjectError
 */
export async function dialLine(
  access: ServerAccess,
  { path, protocol }: LinePlace,
  signal: AbortSignal,
): Promise<Line> {
  signal.throwIfAborted();
  const { url, tls, token, connect } = access;
  const bearer = await token?.();
  const socket = new WebSocket(`${url.replace(/^http/, 'ws').replace(/\/$/, '')}${path}`, [protocol], {
    ...tls,
    ...(connect && { createConnection: connect }),
    ...(bearer !== undefined && { headers: { authorization: `Bearer ${bearer}` } }),
    perMessageDeflate: false,
    maxPayload: 0,
  });
  const refused = Promise.withResolvers<never>();
  socket.once('unexpected-response', (_request, answer: IncomingMessage) => {
    text(answer).then(
      (body) => refused.reject(statusError(answer.statusCode ?? 0, body)),
      (failure: unknown) => refused.reject(failure),
    );
  });
  const onAbort = (): void => socket.terminate();
  // Connections that are opened by other ways know of no time.
  const timer = setTimeout(onAbort, answerMs);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const line = new WebSocketLine(socket);
    await Promise.race([once(socket, 'open'), refused.promise]);
    return line;
  } catch (cause) {
    signal.throwIfAborted();
    socket.terminate();
    if (cause instanceof ObjectError) throw cause;
    throw new ObjectError('SERVER_UNREACHABLE', `there is no answer from ${access.name ?? url}`, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
