import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { type Paths, vmFiles } from '@ignite/engine/host/paths';
import type { Informer } from '@ignite/toolkit/controller/informer';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';
import { serveMetrics } from './metrics.ts';

/** Serves the metrics of each VM that runs at a socket in its folder, for as long as it runs. */
export class VmMetricsSockets implements AsyncDisposable {
  readonly #paths: Paths;
  readonly #textOf: (uid: string) => Promise<string>;
  readonly #log: Log;
  readonly #open = new Map<string, AsyncDisposable>();
  /** Changes one after the other: what follows a stop may be a start. */
  #work: Promise<void> = Promise.resolve();

  constructor(paths: Paths, textOf: (uid: string) => Promise<string>, log: Log) {
    this.#paths = paths;
    this.#textOf = textOf;
    this.#log = log;
  }

  follow(vms: Informer<Vm>): void {
    vms.onChange((vm, isGone) => {
      const isServed = !isGone && hasVmm(vm);
      this.#work = this.#work.then(() => this.#settle(vm.metadata.uid, isServed));
    });
  }

  async #settle(uid: string, isServed: boolean): Promise<void> {
    const open = this.#open.get(uid);
    const socket = vmFiles(this.#paths, uid).metrics;
    try {
      if (isServed && !open && existsSync(dirname(socket)))
        this.#open.set(uid, await serveMetrics(() => this.#textOf(uid), socket));
      if (!isServed && open) {
        this.#open.delete(uid);
        await open[Symbol.asyncDispose]();
      }
    } catch (failure) {
      this.#log('warning', 'cannot serve the metrics of a VM', { uid, error: errorText(failure) });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#work;
    await Promise.all([...this.#open.values()].map((open) => open[Symbol.asyncDispose]()));
  }
}
