import { statfs } from 'node:fs/promises';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

export const netnsName = (uid: string): string => `ignite-${uid}`;
export const netnsPath = (uid: string): string => `/run/netns/${netnsName(uid)}`;

const nsfsMagic = 0x6e736673; // statfs(2)

/** Manages named network namespaces through `ip netns`. */
export class Netns {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async ensure(uid: string, signal: AbortSignal): Promise<void> {
    if (await this.exists(uid)) return;
    await this.remove(uid, signal); // a plain file, left by a tool that was killed before it mounted the namespace
    await this.#runner.run({ tool: 'ip', args: ['netns', 'add', netnsName(uid)] }, signal);
  }

  async exists(uid: string): Promise<boolean> {
    try {
      return (await statfs(netnsPath(uid))).type === nsfsMagic;
    } catch {
      return false;
    }
  }

  async remove(uid: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#runner.run({ tool: 'ip', args: ['netns', 'delete', netnsName(uid)] }, signal);
    } catch (failure) {
      if (failure instanceof ToolFailedError && failure.stderr.includes('No such file')) return;
      throw failure;
    }
  }
}
