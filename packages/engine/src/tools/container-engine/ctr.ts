import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcesses } from '@ignite/toolkit/process/find-processes';
import { endProcess } from '@ignite/toolkit/process/pid';
import {
  type Command,
  type CommandResult,
  type Runner,
  ToolFailedError,
} from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import { answerLimitMs, withinAnswerLimit } from './answer-limit.ts';
import { connectsTo } from './engine-socket.ts';
import { runtimeUnreachable } from './errors.ts';

/** The time limit for exporting an image of some gigabytes from a slow disk. */
const exportLimitMs = 30 * 60_000;
const neverAborted = new AbortController().signal;
const pollMs = 20;
/** The time in milliseconds in which a shim that containerd has given up ends by itself. */
const shimEndMs = 10_000;

export interface CtrContainer {
  readonly id: string;
  /** The config.json of an OCI bundle. A relative root in it lies below containerd's own folder. */
  readonly configPath: string;
  readonly pidFile: string;
  readonly logUri: string;
}

/** containerd.task.v2 `StateResponse` as ctr prints it. Protobuf leaves out zeros. */
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

/**
 * containerd.task.v2 `Status`, in the order of its numbers: unknown, created, running, stopped, paused,
 * pausing.
 */
const statuses: readonly CtrTask['status'][] = [
  'unknown',
  'created',
  'running',
  'stopped',
  'running',
  'running',
];

/** Drives containerd through its own client, ctr(8). No other file knows its arguments and messages. */
export class Ctr {
  readonly #runner: Runner;
  readonly #socket: () => string;
  readonly #limitMs: number;

  constructor(runner: Runner, socket: () => string, limitMs = answerLimitMs) {
    this.#runner = runner;
    this.#socket = socket;
    this.#limitMs = limitMs;
  }

  /**
   * Creates a container from a config alone, without an image, and resolves once its program has started. It
   * is never cut short, because containerd continues for a while with what its client has abandoned, and
   * forgets a shim that is just starting.
   */
  async run(namespace: string, container: CtrContainer, signal: AbortSignal): Promise<void> {
    const { id, configPath, pidFile, logUri } = container;
    const options = ['--detach', '--config', configPath, '--pid-file', pidFile, '--log-uri', logUri];
    signal.throwIfAborted();
    await this.#ctr(namespace, ['run', ...options, id], neverAborted, { outlivesUs: true });
    signal.throwIfAborted();
  }

  /** Returns the state of a task, or `undefined` if there is no task, or no shim supervises it any more. */
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

  /**
   * Removes a container after ending its task, and also what a `run` that outlived its Ignite still creates.
   * A container that does not exist is not an error.
   */
  async removeContainer(namespace: string, id: string, signal: AbortSignal): Promise<void> {
    await endWithin(this.#limitMs, (argv) => isRun(argv, id), signal);
    await this.#unlessMissing(this.#ctr(namespace, ['tasks', 'delete', '--force', id], signal));
    await this.#unlessMissing(this.#ctr(namespace, ['containers', 'delete', id], signal));
    // A containerd that was killed meanwhile does not know a shim that was just starting.
    await endWithin(shimEndMs, (argv) => isShim(argv, namespace, id), signal);
  }

  /** Tells whether there is an image. `name` is its full name, such as `docker.io/library/debian:12`. */
  async hasImage(namespace: string, name: string, signal: AbortSignal): Promise<boolean> {
    const { stdout } = await this.#ctr(namespace, ['images', 'list', '--quiet'], signal);
    return stdout.split('\n').includes(name);
  }

  /** Writes one platform of an image to an OCI archive. */
  async exportImage(
    namespace: string,
    image: { readonly name: string; readonly platform: string },
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const options = ['--skip-manifest-json', '--platform', image.platform];
    const args = ['images', 'export', ...options, path, image.name];
    await this.#ctr(namespace, args, signal, { limitMs: exportLimitMs });
  }

  async #unlessMissing(done: Promise<unknown>): Promise<void> {
    try {
      await done;
    } catch (failure) {
      if (!(failure instanceof ToolFailedError && /not found/.test(failure.stderr))) throw failure;
    }
  }

  async #ctr(
    namespace: string,
    args: readonly string[],
    signal: AbortSignal,
    { limitMs = this.#limitMs, outlivesUs }: CtrOptions = {},
  ): Promise<CommandResult> {
    const socket = this.#socket();
    // ctr itself would wait ten seconds for a missing socket.
    const answer = await connectsTo(socket);
    if (answer !== true) throw runtimeUnreachable('containerd', socket, answer);
    const command: Command = {
      tool: 'ctr',
      args: ['--address', socket, '--namespace', namespace, ...args],
      ...(outlivesUs && { outlivesUs }),
    };
    try {
      return await withinAnswerLimit({ name: 'containerd', socket, limitMs }, signal, (limited) =>
        this.#runner.run(command, limited),
      );
    } catch (failure) {
      const gone =
        failure instanceof ToolFailedError && /error while dialing|code = Unavailable/i.test(failure.stderr);
      throw gone ? runtimeUnreachable('containerd', socket, failure) : failure;
    }
  }
}

interface CtrOptions extends Pick<Command, 'outlivesUs'> {
  readonly limitMs?: number;
}

/** Pure. Tells whether a process is, or is about to become, a ctr that creates this container. */
const isRun = (argv: readonly string[], id: string): boolean =>
  argv.includes('ctr') && argv.includes('run') && argv.at(-1) === id;

/** Pure. Tells whether a process is, or is about to become, the shim of this container. */
const isShim = ([program = '', ...args]: readonly string[], namespace: string, id: string): boolean =>
  basename(program).startsWith('containerd-shim') &&
  args[args.indexOf('-namespace') + 1] === namespace &&
  args[args.indexOf('-id') + 1] === id;

/** Waits for processes to end, and kills those that have not ended in time. */
async function endWithin(
  limitMs: number,
  fits: (argv: readonly string[]) => boolean,
  signal: AbortSignal,
): Promise<void> {
  for (const deadline = Date.now() + limitMs; ; await delay(pollMs, undefined, { signal })) {
    const pids = await findProcesses(fits);
    if (pids.length === 0) return;
    if (Date.now() > deadline) await Promise.all(pids.map((pid) => endProcess(pid, signal)));
  }
}
