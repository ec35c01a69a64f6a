import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import { connectsTo } from './daemon-socket.ts';
import { runtimeUnreachable } from './errors.ts';

export interface CtrContainer {
  readonly id: string;
  /** The config.json of an OCI bundle; a relative root lies below containerd's own folder. */
  readonly configPath: string;
  readonly pidFile: string;
  readonly logUri: string;
}

/** containerd.task.v2 `StateResponse`, as ctr prints it: protobuf leaves zeros out. */
const taskSchema = v.looseObject({
  pid: v.optional(v.number(), 0),
  status: v.optional(v.number(), 0),
  exit_status: v.optional(v.number(), 0),
});

export interface CtrTask {
  readonly status: 'created' | 'running' | 'stopped' | 'unknown';
  readonly pid: number;
  readonly exitCode: number;
}

/** containerd.task.v2 `Status`: unknown, created, running, stopped, paused, pausing. */
const statuses: readonly CtrTask['status'][] = [
  'unknown',
  'created',
  'running',
  'stopped',
  'running',
  'running',
];

/** containerd through its own client ctr(8), and the only file that knows its arguments and messages. */
export class Ctr {
  readonly #runner: Runner;
  readonly #socket: () => string;

  constructor(runner: Runner, socket: () => string) {
    this.#runner = runner;
    this.#socket = socket;
  }

  /** Creates a container of a config alone, without an image, and resolves once its program has been started. */
  async run(namespace: string, container: CtrContainer, signal: AbortSignal): Promise<void> {
    const { id, configPath, pidFile, logUri } = container;
    const options = ['--detach', '--config', configPath, '--pid-file', pidFile, '--log-uri', logUri];
    await this.#ctr(namespace, ['run', ...options, id], signal);
  }

  /** Undefined where there is no task, or nothing watches over it any more. */
  async task(namespace: string, id: string, signal: AbortSignal): Promise<CtrTask | undefined> {
    try {
      const { stdout } = await this.#ctr(namespace, ['shim', '--id', id, 'state'], signal);
      const { status, pid, exit_status } = v.parse(taskSchema, JSON.parse(stdout));
      return { status: statuses[status] ?? 'unknown', pid, exitCode: exit_status };
    } catch (failure) {
      if (failure instanceof ToolFailedError) return undefined;
      throw failure;
    }
  }

  async hasContainer(namespace: string, id: string, signal: AbortSignal): Promise<boolean> {
    const { stdout } = await this.#ctr(namespace, ['containers', 'list', '--quiet'], signal);
    return stdout.split('\n').includes(id);
  }

  /** With its task, which is ended; absence is fine. */
  async removeContainer(namespace: string, id: string, signal: AbortSignal): Promise<void> {
    await this.#unlessMissing(this.#ctr(namespace, ['tasks', 'delete', '--force', id], signal));
    await this.#unlessMissing(this.#ctr(namespace, ['containers', 'delete', id], signal));
  }

  /** `name` in full, such as `docker.io/library/debian:12`. */
  async hasImage(namespace: string, name: string, signal: AbortSignal): Promise<boolean> {
    const { stdout } = await this.#ctr(namespace, ['images', 'list', '--quiet'], signal);
    return stdout.split('\n').includes(name);
  }

  /** Writes an OCI archive of one platform of an image. */
  async exportImage(
    namespace: string,
    image: { readonly name: string; readonly platform: string },
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const options = ['--skip-manifest-json', '--platform', image.platform];
    await this.#ctr(namespace, ['images', 'export', ...options, path, image.name], signal);
  }

  async #unlessMissing(done: Promise<unknown>): Promise<void> {
    try {
      await done;
    } catch (failure) {
      if (!(failure instanceof ToolFailedError && /not found/.test(failure.stderr))) throw failure;
    }
  }

  async #ctr(namespace: string, args: readonly string[], signal: AbortSignal) {
    const socket = this.#socket();
    // ctr itself would wait ten seconds for a socket that is not there.
    const answer = await connectsTo(socket);
    if (answer !== true) throw runtimeUnreachable('containerd', socket, answer);
    const command = { tool: 'ctr', args: ['--address', socket, '--namespace', namespace, ...args] };
    try {
      return await this.#runner.run(command, signal);
    } catch (failure) {
      const gone =
        failure instanceof ToolFailedError && /error while dialing|code = Unavailable/i.test(failure.stderr);
      throw gone ? runtimeUnreachable('containerd', socket, failure) : failure;
    }
  }
}
