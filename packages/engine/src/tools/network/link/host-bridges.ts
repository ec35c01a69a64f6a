import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

/**
 * The time to wait for ports to leave a bridge. The kernel removes the devices of a namespace after the
 * namespace itself, on a busy host a while later.
 */
const portsLeaveMs = 30_000;
const pollMs = 50;

/**
 * The bridges of this host that the bridge plugin creates for the first VM, and would leave behind after the
 * last.
 */
export class HostBridges {
  readonly #dir: string;
  readonly #runner: Runner;

  constructor(dir: string, runner: Runner) {
    this.#dir = dir;
    this.#runner = runner;
  }

  /**
   * Called before the plugin runs. If the bridge does not exist yet, it is recorded as Ignite's to remove.
   */
  async note(bridge: string, signal: AbortSignal): Promise<void> {
    if (existsSync(this.#note(bridge)) || (await this.#ip(['link', 'show', 'dev', bridge], signal))) return;
    await this.adopt(bridge);
  }

  /** Called for a bridge of Ignite 0.1.0, which recorded none. */
  async adopt(bridge: string): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    await writeFile(this.#note(bridge), '');
  }

  /** Removes a bridge that is Ignite's, unless someone else has attached something to it. */
  async removeUnused(bridge: string, signal: AbortSignal): Promise<void> {
    if (!existsSync(this.#note(bridge))) return;
    if (!(await this.#isUsed(bridge, signal)))
      await this.#ip(['link', 'delete', bridge, 'type', 'bridge'], signal);
    await rm(this.#note(bridge), { force: true });
  }

  async #isUsed(bridge: string, signal: AbortSignal): Promise<boolean> {
    const deadline = Date.now() + portsLeaveMs;
    while (await this.#ip(['link', 'show', 'master', bridge], signal)) {
      if (Date.now() > deadline) return true;
      await delay(pollMs, undefined, { signal });
    }
    return false;
  }

  /** Returns the output of `ip`, which is empty if there is no such device. */
  async #ip(args: readonly string[], signal: AbortSignal): Promise<string> {
    try {
      return (await this.#runner.run({ tool: 'ip', args: ['-o', ...args] }, signal)).stdout;
    } catch (failure) {
      const isAbsent = /does not exist|Cannot find device|Device does not exist/;
      if (failure instanceof ToolFailedError && isAbsent.test(failure.stderr)) return '';
      throw failure;
    }
  }

  #note(bridge: string): string {
    return join(this.#dir, bridge);
  }
}
