import { request } from 'node:http';
import * as v from 'valibot';
import { answerLimitMs, withinAnswerLimit } from './answer-limit.ts';
import { runtimeUnreachable } from './errors.ts';

const answerLimitBytes = 16 * 2 ** 20;
const goneCodes = ['ENOENT', 'ECONNREFUSED', 'EACCES', 'ECONNRESET', 'EPIPE'];

const imageSchema = v.looseObject({ Architecture: v.string() });
const stateSchema = v.looseObject({
  State: v.looseObject({ Status: v.string(), Pid: v.number(), ExitCode: v.number(), OOMKilled: v.boolean() }),
});

export interface DockerContainer {
  /** The status in Docker's words: created, running, paused, restarting, removing, exited or dead. */
  readonly status: string;
  readonly pid: number;
  readonly exitCode: number;
  /** True if a process in the container was killed at its memory limit. */
  readonly outOfMemory: boolean;
}

/** An error that Docker answered. */
export class DockerFailedError extends Error {
  override readonly name = 'DockerFailedError';
  readonly status: number;

  constructor(status: number, said: string) {
    super(`Docker answered ${status}: ${said}`);
    this.status = status;
  }
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: { readonly type: string; readonly content: string | Uint8Array };
}

/**
 * A client of Docker's Engine API at its socket. It uses the version that the engine speaks. No other file
 * knows the paths of the API (https://docs.docker.com/reference/api/engine/).
 */
export class DockerApi {
  readonly #socket: () => string;
  readonly #limitMs: number;

  constructor(socket: () => string, limitMs = answerLimitMs) {
    this.#socket = socket;
    this.#limitMs = limitMs;
  }

  /** The path of the socket. */
  get socket(): string {
    return this.#socket();
  }

  /** Returns the architecture of an image in Go's words, or `undefined` if there is no such image. */
  async imageArch(name: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#orMissing({ method: 'GET', path: `/images/${name}/json` }, signal);
    return answer === undefined ? undefined : v.parse(imageSchema, JSON.parse(answer)).Architecture;
  }

  /** Creates an image of one layer from a tar archive. */
  async importImage(name: string, tag: string, tar: Uint8Array, signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ fromSrc: '-', repo: name, tag }).toString();
    const body = { type: 'application/x-tar', content: tar };
    await this.#ask({ method: 'POST', path: `/images/create?${query}`, body }, signal);
  }

  /** Creates a container. `config` is the body of the API's "Create a container". */
  async createContainer(name: string, config: object, signal: AbortSignal): Promise<void> {
    const body = { type: 'application/json', content: JSON.stringify(config) };
    await this.#ask({ method: 'POST', path: `/containers/create?name=${name}`, body }, signal);
  }

  async startContainer(name: string, signal: AbortSignal): Promise<void> {
    await this.#ask({ method: 'POST', path: `/containers/${name}/start` }, signal);
  }

  async findContainer(name: string, signal: AbortSignal): Promise<DockerContainer | undefined> {
    const answer = await this.#orMissing({ method: 'GET', path: `/containers/${name}/json` }, signal);
    if (answer === undefined) return undefined;
    const { State } = v.parse(stateSchema, JSON.parse(answer));
    return {
      status: State.Status,
      pid: State.Pid,
      exitCode: State.ExitCode,
      outOfMemory: State.OOMKilled,
    };
  }

  /** Removes a container, even if it runs. A container that does not exist is not an error. */
  async removeContainer(name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#orMissing({ method: 'DELETE', path: `/containers/${name}?force=true&v=true` }, signal);
    } catch (failure) {
      // Someone else is removing the container, or Docker itself after its end.
      if (!(
        failure instanceof DockerFailedError && /removal .* is already in progress/.test(failure.message)
      ))
        throw failure;
    }
  }

  async #orMissing(asked: Asked, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#ask(asked, signal);
    } catch (failure) {
      if (failure instanceof DockerFailedError && failure.status === 404) return undefined;
      throw failure;
    }
  }

  async #ask(asked: Asked, signal: AbortSignal): Promise<string> {
    const socketPath = this.socket;
    try {
      const engine = { name: 'docker', socket: socketPath, limitMs: this.#limitMs } as const;
      const { status, text } = await withinAnswerLimit(engine, signal, (limited) =>
        send(socketPath, asked, limited),
      );
      if (status < 400) return text;
      throw new DockerFailedError(status, messageOf(text));
    } catch (failure) {
      const { code } = failure as NodeJS.ErrnoException;
      if (code !== undefined && goneCodes.includes(code))
        throw runtimeUnreachable('docker', socketPath, failure);
      throw failure;
    }
  }
}

async function send(
  socketPath: string,
  { method, path, body }: Asked,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const headers = {
    host: 'docker',
    ...(body && { 'content-type': body.type, 'content-length': Buffer.byteLength(body.content) }),
  };
  const asking = request({ socketPath, method, path, headers, signal, agent: false }, (answer) => {
    const parts: Buffer[] = [];
    let size = 0;
    answer.on('data', (part: Buffer) => {
      size += part.length;
      if (size > answerLimitBytes) answer.destroy(new Error('the answer of Docker is too large'));
      else parts.push(part);
    });
    answer.once('error', reject);
    answer.once('end', () =>
      resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
    );
  });
  asking.once('error', reject);
  asking.end(body?.content);
  return await promise;
}

/** The API reports errors as `{"message": …}`. */
function messageOf(text: string): string {
  try {
    const parsed = v.safeParse(v.looseObject({ message: v.string() }), JSON.parse(text));
    return parsed.success ? parsed.output.message : text;
  } catch {
    return text;
  }
}
