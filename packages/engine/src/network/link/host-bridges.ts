import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

/** The kernel removes the devices of a namespace after the namespace, on a busy host a while later. */
const portsLeaveMs = 30_000;
const pollMs = 50;

/** Bridges of this host which the bridge plugin makes for the first VM, and would leave behind the last. */
export class HostBridges {
  readonly #dir: string;
  readonly #runner: Runner;

  constructor(dir: string, runner: Runner) {
    this.#dir = dir;
    this.#runner = runner;
  }

  /** Called before the plugin runs: a bridge that is not there yet will be ours to remove. */
  async note(bridge: string, signal: AbortSignal): Promise<void> {
    if (existsSync(this.#note(bridge)) || (await this.#ip(['link', 'show', 'dev', bridge], signal))) return;
    await this.adopt(bridge);
  }

  /** Called for a bridge that Ignite 0.1.0 made, which kept no notes. */
  async adopt(bridge: string): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    await writeFile(this.#note(bridge), '');
  }

  /** Removes a bridge that is ours, unless someone else has put something on it. */
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

  /** What the `ip` tool says; nothing where there is no such device. */
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
