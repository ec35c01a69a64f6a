import { fstatSync } from 'node:fs';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';
import type { Runner } from '@ignite/toolkit/process/runner';
import { repeat } from './repeat.ts';

/** What systemd has told us in the environment (sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3)). */
export interface ServiceManager {
  /** The socket that it wants to be told at what becomes of us. */
  readonly notifySocket?: string;
  /** How often it must hear of us, in milliseconds. */
  readonly watchdogMs?: number;
  /** The descriptor of the socket that it listens at for us. */
  readonly listenFd?: number;
}

/** The first descriptor that it passes. */
const firstFd = 3;
const variables = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
];

/**
 * Takes what systemd says out of the environment. What we run must not have it: an OCI runtime that finds
 * NOTIFY_SOCKET there would tell systemd of the VM as if it was us.
 */
export function takeServiceManager(env: NodeJS.ProcessEnv, pid: number): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC, WATCHDOG_PID, LISTEN_FDS, LISTEN_PID } = env;
  for (const name of variables) delete env[name];
  const isOurs = (given: string | undefined): boolean => given === undefined || Number(given) === pid;
  const watchdogMs = Number(WATCHDOG_USEC) / 1_000;
  const isListening = LISTEN_PID !== undefined && isOurs(LISTEN_PID) && Number(LISTEN_FDS) > 0;
  return {
    ...(socket && { notifySocket: socket }),
    ...(watchdogMs > 0 && isOurs(WATCHDOG_PID) && { watchdogMs }),
    ...(isListening && fstatSync(firstFd).isSocket() && { listenFd: firstFd }),
  };
}

/** What systemd is told about us. */
export type ServiceState = 'READY' | 'RELOADING' | 'STOPPING' | 'WATCHDOG';

export interface NotifierOptions {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
}

/** The time that telling it may take, in milliseconds. */
const tellMs = 10_000;

/**
 * Tells systemd what becomes of this process, by its own program for that: Node cannot send to a datagram socket in
 * the file system. The program speaks for the process that has started it.
 */
export class Notifier {
  readonly #manager: ServiceManager;
  readonly #options: NotifierOptions;

  constructor(manager: ServiceManager, options: NotifierOptions) {
    this.#manager = manager;
    this.#options = options;
  }

  /** A failure goes to the log: systemd acts by itself if it hears nothing. */
  async tell(state: ServiceState): Promise<void> {
    const { notifySocket } = this.#manager;
    if (notifySocket === undefined) return;
    try {
      await this.#run(state, notifySocket, AbortSignal.timeout(tellMs));
    } catch (failure) {
      this.#options.log('warning', 'systemd was not told', { state, error: errorText(failure) });
    }
  }

  /** Tells systemd again and again that this process lives, twice as often as it wants, until `signal` aborts. */
  async keepWatchdog(signal: AbortSignal): Promise<void> {
    const { watchdogMs, notifySocket } = this.#manager;
    if (watchdogMs === undefined || notifySocket === undefined) return;
    const everyMs = watchdogMs / 2;
    const work = (): Promise<void> => this.#run('WATCHDOG', notifySocket, AbortSignal.timeout(tellMs));
    await repeat(
      { name: 'telling the watchdog', everyMs, retryMs: everyMs / 4, work },
      this.#options,
      signal,
    );
  }

  async #run(state: ServiceState, socket: string, signal: AbortSignal): Promise<void> {
    const command = {
      tool: 'systemd-notify',
      args: ['--no-block', `${state}=1`],
      env: { NOTIFY_SOCKET: socket },
    };
    await this.#options.runner.run(command, signal);
  }
}
