import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { ObjectError } from '../object-error.ts';
import { jsonOf } from './json-of.ts';
import type { ServerAccess } from './server-access.ts';
import { statusError } from './status-error.ts';

export interface ApiBody {
  /** The media type. */
  readonly type: string;
  /** What is sent as JSON. */
  readonly content: unknown;
}

/** A request to an API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path, with the query. */
  readonly path: string;
  readonly body?: ApiBody;
  /** The time for which the server may be silent, in milliseconds. */
  readonly silenceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const defaultSilenceMs = 60_000;
/** The most characters of an answer, or of one of its lines, that are taken from a server. */
const defaultAnswerLimit = 128 * 2 ** 20;
/** The time after which an unused connection is tested for being alive, in milliseconds. */
const probeMs = 30_000;

/** Keeps connections that are opened by another way than by their address. */
class ConnectingAgent extends HttpAgent {
  readonly #connect: () => Duplex;

  constructor(connect: () => Duplex) {
    super({ keepAlive: true });
    this.#connect = connect;
  }

  override createConnection(): Duplex {
    return this.#connect();
  }
}

/** The connections to an API server, which are kept and used again. */
export class ApiConnection implements Disposable {
  readonly #access: ServerAccess;
  readonly #agent: HttpAgent;
  readonly #request: typeof httpsRequest;
  readonly #answerLimit: number;

  constructor(access: ServerAccess, { answerLimit = defaultAnswerLimit } = {}) {
    this.#access = access;
    this.#answerLimit = answerLimit;
    const isSecure = access.url.startsWith('https:');
    const kept = { keepAlive: true, keepAliveMsecs: probeMs };
    this.#agent = access.connect
      ? new ConnectingAgent(access.connect)
      : isSecure
        ? new Agent({ ...kept, ...access.tls })
        : new HttpAgent(kept);
    this.#request = isSecure ? httpsRequest : httpRequest;
  }

  /**
   * Sends a request, and returns the parsed answer.
   * @throws ObjectError
   */
  async call(request: ApiRequest): Promise<unknown> {
    const answer = await this.#open(request);
    return jsonOf(await this.#text(answer, request.signal));
  }

  /**
   * Sends a request, and yields the lines of the answer as they come in.
   * @throws ObjectError
   */
  async *lines(request: ApiRequest): AsyncGenerator<string> {
    const answer = await this.#open(request);
    answer.setEncoding('utf8');
    let rest = '';
    try {
      for await (const chunk of answer) {
        const lines = `${rest}${chunk as string}`.split('\n');
        rest = this.#limited(lines.pop()!);
        yield* lines;
      }
    } catch (failure) {
      throw this.#unreachable(failure, request.signal);
    } finally {
      answer.destroy();
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #open(request: ApiRequest): Promise<IncomingMessage> {
    const token = await this.#access.token?.();
    const answer = await this.#send(request, token).catch((failure: unknown) => {
      throw this.#unreachable(failure, request.signal);
    });
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return answer;
    throw statusError(statusCode, await this.#text(answer, request.signal));
  }

  #send(request: ApiRequest, token: string | undefined): Promise<IncomingMessage> {
    const { method, path, body, silenceMs = defaultSilenceMs, signal } = request;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const payload = body ? JSON.stringify(body.content) : '';
    const sent = this.#request(`${this.#access.url.replace(/\/$/, '')}${path}`, {
      method,
      agent: this.#agent,
      timeout: silenceMs,
      ...(signal && { signal }),
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': body.type, 'content-length': Buffer.byteLength(payload) }),
      },
    });
    sent.once('timeout', () => sent.destroy(new Error(`it was silent for ${silenceMs / 1_000} s`)));
    sent.once('response', resolve).once('error', reject);
    sent.end(payload);
    return promise;
  }

  async #text(answer: IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
    answer.setEncoding('utf8');
    try {
      let text = '';
      for await (const chunk of answer) text = this.#limited(text + (chunk as string));
      return text;
    } catch (failure) {
      throw this.#unreachable(failure, signal);
    }
  }

  /** A server whose answers have no end must not fill the memory. */
  #limited(text: string): string {
    if (text.length > this.#answerLimit)
      throw new Error(`its answer has more than ${this.#answerLimit} characters`);
    return text;
  }

  #unreachable(cause: unknown, signal: AbortSignal | undefined): ObjectError {
    signal?.throwIfAborted();
    return new ObjectError(
      'SERVER_UNREACHABLE',
      `there is no answer from ${this.#access.name ?? this.#access.url}`,
      {
        cause,
      },
    );
  }
}
