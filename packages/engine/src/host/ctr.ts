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
import { connectsTo } from './daemon-socket.ts';
import { runtimeUnreachable } from './errors.ts';

/** Of an image of some gigabytes, on a slow disk. */
const exportLimitMs = 30 * 60_000;
const neverAborted = new AbortController().signal;
const pollMs = 20;
/** What is over for containerd ends by itself well within it. */
const shimEndMs = 10_000;

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
  readonly #limitMs: number;

  constructor(runner: Runner, socket: () => string, limitMs = answerLimitMs) {
    this.#runner = runner;
    this.#socket = socket;
    this.#limitMs = limitMs;
  }

  /**
   * Creates a container of a config alone, without an image, and resolves once its program has been started. It is never
   * cut short: containerd goes on for a while with what its client gave up, and forgets a shim that was just starting.
   */
  async run(namespace: string, container: CtrContainer, signal: AbortSignal): Promise<void> {
    const { id, configPath, pidFile, logUri } = container;
    const options = ['--detach', '--config', configPath, '--pid-file', pidFile, '--log-uri', logUri];
    signal.throwIfAborted();
    await this.#ctr(namespace, ['run', ...options, id], neverAborted, { outlivesUs: true });
    signal.throwIfAborted();
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

  /** With its task, which is ended, and what a `run` that outlived us comes to; absence is fine. */
  async removeContainer(namespace: string, id: string, signal: AbortSignal): Promise<void> {
    await endWithin(this.#limitMs, (argv) => isRun(argv, id), signal);
    await this.#unlessMissing(this.#ctr(namespace, ['tasks', 'delete', '--force', id], signal));
    await this.#unlessMissing(this.#ctr(namespace, ['containers', 'delete', id], signal));
    // A containerd that was killed meanwhile knows nothing of a shim that was just starting.
    await endWithin(shimEndMs, (argv) => isShim(argv, namespace, id), signal);
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
    // ctr itself would wait ten seconds for a socket that is not there.
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

/** Pure. Whether it is, or is about to become, ctr at making this very container. */
const isRun = (argv: readonly string[], id: string): boolean =>
  argv.includes('ctr') && argv.includes('run') && argv.at(-1) === id;

/** Pure. Whether it watches over this very container, or is about to. */
const isShim = ([program = '', ...args]: readonly string[], namespace: string, id: string): boolean =>
  basename(program).startsWith('containerd-shim') &&
  args[args.indexOf('-namespace') + 1] === namespace &&
  args[args.indexOf('-id') + 1] === id;

/** Waits for processes to end, and ends those that have not by then. */
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
