import type { Http2SecureServer, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** The times after which connections of HTTP/2 and what they carry are ended, in milliseconds. */
export interface SessionTimes {
  /** That of a connection that carries no request, whatever else is sent on it. */
  readonly idleMs: number;
  /** That in which all of a request must come. */
  readonly requestMs: number;
  /** That in which the other side may close what was ended. */
  readonly lingerMs: number;
}

/**
 * Ends connections of HTTP/2 that carry no request for long, or whose requests do not come to their end: these take no
 * more requests. Streams end soon after their answers, also if their requests go on.
 */
export function boundSessions(server: Http2SecureServer, times: SessionTimes): void {
  server.on('session', (session) => {
    let open = 0;
    const end = endingOf(session, times.lingerMs);
    const idle = setTimeout(() => void (open === 0 && end()), times.idleMs).unref();
    session.on('stream', (stream) => {
      open += 1;
      stream.once('close', () => {
        open -= 1;
        if (open === 0) idle.refresh();
      });
      boundRequest(stream, session, times);
    });
    session.once('close', () => clearTimeout(idle));
  });
}

/** Returns what ends a connection that carries no request: it tells the client so, and waits only so long for him. */
function endingOf(session: ServerHttp2Session, lingerMs: number): () => void {
  // The session gives its socket away at its end, but what it returns of it stays bound to it.
  const destroySoon: () => void = Reflect.get(session.socket, 'destroySoon');
  return () => {
    session.close();
    setTimeout(destroySoon, lingerMs).unref();
  };
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
    if (isUnfinished(stream)) setTimeout(() => stream.close(), lingerMs).unref();
  });
}

/** Tells whether more of a request may come, whether or not anybody reads it. */
const isUnfinished = ({ state }: ServerHttp2Stream): boolean => state.remoteClose === 0;
