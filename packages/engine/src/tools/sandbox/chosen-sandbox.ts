import { rm } from 'node:fs/promises';
import { type SandboxRuntime, sandboxRuntimes } from '@ignite/api/v1/vm-sandbox';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import type { Sandbox, SandboxObservation, SandboxSpec } from './sandbox.ts';

/**
 * Runs each program in the sandbox of the runtime that its spec names. The runtime is recorded in a file that
 * survives a reboot, as the containers of Docker and containerd do. conmon leaves none, so it needs no record.
 */
export class ChosenSandbox implements Sandbox {
  readonly #sandboxes: Readonly<Record<SandboxRuntime, Sandbox>>;
  readonly #noteOf: (uid: string) => string;

  constructor(sandboxes: Readonly<Record<SandboxRuntime, Sandbox>>, noteOf: (uid: string) => string) {
    this.#sandboxes = sandboxes;
    this.#noteOf = noteOf;
  }

  async launch(spec: SandboxSpec, signal: AbortSignal): Promise<{ readonly pid: number }> {
    if (spec.runtime !== 'conmon') await replaceFile(this.#noteOf(spec.uid), `${spec.runtime}\n`, 0o644);
    return await this.#sandboxes[spec.runtime].launch(spec, signal);
  }

  async observe(uid: string): Promise<SandboxObservation> {
    return await (await this.#holderOf(uid)).observe(uid);
  }

  async kill(uid: string, signal: AbortSignal): Promise<void> {
    await (await this.#holderOf(uid)).kill(uid, signal);
  }

  async remove(uid: string, signal: AbortSignal): Promise<void> {
    await (await this.#holderOf(uid)).remove(uid, signal);
    await rm(this.#noteOf(uid), { force: true }); // removed last: until then, a repetition finds which runtime to ask
  }

  async #holderOf(uid: string): Promise<Sandbox> {
    return this.#sandboxes[(await this.#noted(uid)) ?? 'conmon'];
  }

  async #noted(uid: string): Promise<SandboxRuntime | undefined> {
    const text = (await textOfFile(this.#noteOf(uid)))?.trim();
    return sandboxRuntimes.find((runtime) => runtime === text);
  }
}
