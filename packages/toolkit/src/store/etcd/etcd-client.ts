import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { CodedError } from '../../errors/coded-error.ts';
import type { CallOptions } from '../store.ts';

export interface EtcdOptions {
  /** The endpoints, such as `https://10.0.0.1:2379`. If one does not answer, the next is tried. */
  readonly endpoints: readonly string[];
  /** The authorities' certificates, by default those of the system, and the client's certificate and key, in PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly username?: string;
  readonly password?: string;
  /** The time limit of one call, in milliseconds. */
  readonly timeoutMs?: number;
}

/** A key with its value as etcd's JSON gateway writes them: bytes in base64, numbers as text. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly create_revision: string;
  readonly mod_revision: string;
}

export interface RangeResponse {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly KeyValue[];
  readonly more?: boolean;
}

export type EtcdErrorCode = 'ETCD_UNREACHABLE' | 'ETCD_DENIED' | 'ETCD_FAILED';

const defaultTimeoutMs = 30_000;

/** A client of etcd's v3 API through its JSON gateway (etcd 3.4 and later). */
export class EtcdClient implements Disposable {
  readonly #options: EtcdOptions;
  readonly #agent: HttpAgent;
  readonly #secure: Agent;
  #token: string | undefined;
  #endpoint = 0;

  constructor(options: EtcdOptions) {
    this.#options = options;
    this.#agent = new HttpAgent({ keepAlive: true });
    this.#secure = new Agent({ keepAlive: true, ...options.tls });
  }

  /**
   * Makes one call.
   * @throws CodedError with one of `EtcdErrorCode`
   */
  async call<T>(path: string, body: object, { signal }: CallOptions = {}): Promise<T> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? defaultTimeoutMs);
    try {
      const answer = await this.#send(path, body, signal ? AbortSignal.any([signal, timeout]) : timeout);
      return JSON.parse(await text(answer)) as T;
    } catch (failure) {
      throw timeout.aborted && !signal?.aborted ? this.#unreachable(failure) : failure;
    }
  }

  /** Makes a call that is answered again and again, until `signal` aborts. */
  async *stream<T>(path: string, body: object, signal: AbortSignal): AsyncGenerator<T> {
    const answer = await this.#send(path, body, signal);
    try {
      for await (const line of createInterface({ input: answer })) yield JSON.parse(line) as T;
    } finally {
      answer.destroy();
    }
  }

  /** Makes the next call authenticate anew. */
  forgetToken(): void {
    this.#token = undefined;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
    this.#secure.destroy();
  }

  async #send(path: string, body: object, signal: AbortSignal): Promise<IncomingMessage> {
    if (this.#options.username !== undefined) this.#token ??= await this.#authenticate(signal);
    const answer = await this.#post(path, body, signal);
    if (answer.statusCode === 200) return answer;
    const said = await text(answer);
    // A token is valid for some minutes only.
    if (this.#token !== undefined && /invalid auth token/.test(said)) {
      this.#token = undefined;
      return await this.#send(path, body, signal);
    }
    throw this.#refused(answer.statusCode, said);
  }

  async #authenticate(signal: AbortSignal): Promise<string> {
    const { username: name, password } = this.#options;
    const answer = await this.#post('/v3/auth/authenticate', { name, password }, signal);
    const said = await text(answer);
    if (answer.statusCode !== 200) throw this.#refused(answer.statusCode, said);
    return (JSON.parse(said) as { readonly token: string }).token;
  }

  #refused(status: number | undefined, said: string): CodedError<EtcdErrorCode> {
    const isDenied =
      status === 401 ||
      status === 403 ||
      /permission denied|authentication failed|user name is empty/.test(said);
    return isDenied
      ? new CodedError('ETCD_DENIED', 'etcd rejected the credentials', {
          hint: 'check the user, password and certificate',
          cause: new Error(said),
        })
      : new CodedError('ETCD_FAILED', `etcd answered with ${status}: ${said.slice(0, 200)}`, {
          hint: 'see the log of etcd',
        });
  }

  /** Sends a request to the endpoints in turn. The endpoint that answers is tried first the next time. */
  async #post(path: string, body: object, signal: AbortSignal): Promise<IncomingMessage> {
    const { endpoints } = this.#options;
    let last: unknown;
    for (let tries = 0; tries < endpoints.length; tries += 1) {
      try {
        return await this.#postTo(endpoints[this.#endpoint]!, path, body, signal);
      } catch (failure) {
        signal.throwIfAborted();
        last = failure;
        this.#endpoint = (this.#endpoint + 1) % endpoints.length;
      }
    }
    throw this.#unreachable(last);
  }

  #unreachable(cause: unknown): CodedError<EtcdErrorCode> {
    return new CodedError(
      'ETCD_UNREACHABLE',
      `etcd does not answer at ${this.#options.endpoints.join(', ')}`,
      { hint: 'check that it is running, and check its address and certificate', cause },
    );
  }

  #postTo(endpoint: string, path: string, body: object, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const payload = JSON.stringify(body);
    const isSecure = endpoint.startsWith('https:');
    const asked = (isSecure ? httpsRequest : httpRequest)(new URL(path, endpoint), {
      method: 'POST',
      agent: isSecure ? this.#secure : this.#agent,
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
        ...(this.#token !== undefined && { authorization: this.#token }),
      },
    });
    asked.once('response', resolve).once('error', reject).end(payload);
    return promise;
  }
}
