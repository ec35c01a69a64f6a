import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { ServerAccess } from '@ignite/toolkit/client/over-http/server-access';

interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** The path, with the query. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly content: unknown };
  readonly signal?: AbortSignal;
}

/** The most requests at a time on a connection. Both servers take as many. */
const mostStreams = 100;

/** A connection, and how many requests it carries. */
interface Carrier {
  readonly session: ClientHttp2Session;
  open: number;
}

/**
 * Speaks HTTP/2 with an API server, as the clients of Kubernetes do: one connection carries all requests, until it has as many
 * as the server takes at a time.
 */
export class StreamingConnection implements Disposable {
  readonly #access: ServerAccess;
  readonly #carriers: Carrier[] = [];

  constructor(access: ServerAccess) {
    this.#access = access;
  }

  /** Sends a request, and returns the parsed answer. */
  async call(request: Request): Promise<unknown> {
    const stream = await this.#open(request);
    let text = '';
    for await (const chunk of stream) text += chunk as string;
    return JSON.parse(text);
  }

  /** Sends a request, and yields the lines of the answer as they come in. */
  async *lines(request: Request): AsyncGenerator<string> {
    const stream = await this.#open(request);
    let rest = '';
    try {
      for await (const chunk of stream) {
        const lines = `${rest}${chunk as string}`.split('\n');
        rest = lines.pop()!;
        yield* lines;
      }
    } finally {
      stream.close(constants.NGHTTP2_CANCEL);
    }
  }

  [Symbol.dispose](): void {
    for (const { session } of this.#carriers) session.destroy();
  }

  async #open({ method, path, body, signal }: Request): Promise<ClientHttp2Stream> {
    const carrier = this.#carrier();
    carrier.open += 1;
    const stream = carrier.session.request(
      {
        ...{ ':method': method, ':path': path, accept: 'application/json' },
        ...(body && { 'content-type': body.type }),
      },
      signal ? { signal } : {},
    );
    stream.setEncoding('utf8').once('close', () => (carrier.open -= 1));
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    stream.once('response', ({ ':status': status = 0 }) => resolve(status)).once('error', reject);
    stream.end(body && JSON.stringify(body.content));
    const status = await promise;
    if (status < 200 || status >= 300) throw new Error(`${method} ${path}: ${status}`);
    return stream;
  }

  #carrier(): Carrier {
    const known = this.#carriers.find(({ session, open }) => open < mostStreams && !session.closed);
    if (known) return known;
    const made = { session: connect(this.#access.url, { ...this.#access.tls }), open: 0 };
    this.#carriers.push(made);
    return made;
  }
}
