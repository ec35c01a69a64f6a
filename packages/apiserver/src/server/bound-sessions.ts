import type { Http2SecureServer, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** The times after which connections of HTTP/2 and what they carry are ended, in milliseconds. */
export interface SessionTimes {
  /** That of a connection that carries no request, whatever else is sent on it. */
  readonly idleMs: number;
  /** That in which all of a request must come. */
  readonly requestMs: number;
  /** That in which the other side must take what was sent before, whether or not its requests are answered. */
  readonly takeMs: number;
  /** That in which the other side may close what was ended. */
  readonly lingerMs: number;
}

/**
 * Ends connections of HTTP/2 that carry no request for long, whose requests do not come to their end (these take no
 * more requests), or whose other side takes nothing. Streams end soon after their answers, also if their requests go on.
 */
export function boundSessions(server: Http2SecureServer, times: SessionTimes): void {
  server.on('session', (session) => {
    let open = 0;
    const end = (): void => {
      session.close();
      setTimeout(() => socket.destroy(), times.lingerMs).unref();
    };
    const idle = setTimeout(() => void (open === 0 && end()), times.idleMs).unref();
    // The socket of a session is a proxy that refuses to destroy it. What its functions return is the socket itself.
    const socket = session.socket.once('close', () => clearTimeout(idle));
    session.on('stream', (stream) => {
      open += 1;
      stream.once('close', () => {
        open -= 1;
        if (open === 0) idle.refresh();
      });
      boundRequest(stream, session, times);
    });
    boundTaking(session, () => socket.destroy(), times);
  });
}

/**
 * Pings a connection, and cuts it off if the last ping was not answered: that comes after all that was sent before.
 * Streams are closed when TLS has their answers, which keeps them until they are taken.
 */
function boundTaking(session: ServerHttp2Session, cutOff: () => void, { takeMs }: SessionTimes): void {
  let isAnswered = true;
  const pings = setInterval(() => {
    if (session.destroyed) return;
    if (!isAnswered) return cutOff();
    isAnswered = false;
    session.ping(() => void (isAnswered = true));
  }, takeMs).unref();
  session.once('close', () => clearInterval(pings));
}

function boundRequest(
  stream: ServerHttp2Stream,
  session: ServerHttp2Session,
  { requestMs, lingerMs }: SessionTimes,
): void {
  if (stream.endAfterHeaders) return;
  const late = setTimeout(() => void (isUnfinished(stream) && session.close()), requestMs).unref();
  stream.once('close', () => clearTimeout(late));
  stream.once('finish', () => {
    // A stream of which something is left unread would never close.
    stream.removeAllListeners('data').resume();
    if (isUnfinished(stream)) setTimeout(() => stream.close(), lingerMs).unref();
  });
}

/** Tells whether more of a request may come, whether or not anybody reads it. */
const isUnfinished = ({ state }: ServerHttp2Stream): boolean => state.remoteClose === 0;
