import type { Finder } from '@ignite/api/client/finder';
import type { LifeClient, RestoredVm } from '@ignite/api/client/life-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { MetCondition, VmCondition } from '@ignite/api/client/vm-condition';
import type { Vm } from '@ignite/api/v1/vm';
import { untilCondition } from '../../vm/lifecycle/await-condition.ts';
import { renameVm } from '../../vm/lifecycle/rename-vm.ts';
import { restoreVms } from '../../vm/lifecycle/restore-vms.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';

/** Restores, renames and waits for VMs of this host. */
export class LocalLife implements LifeClient {
  readonly #host: EnginePorts;
  readonly #read: Finder<Vm>;

  constructor(host: EnginePorts, read: Finder<Vm>) {
    this.#host = host;
    this.#read = read;
  }

  restore(op: ClientOperation): Promise<readonly RestoredVm[]> {
    return restoreVms(this.#host, op);
  }

  waitFor(
    query: string,
    request: { readonly conditions: readonly VmCondition[]; readonly timeoutMs?: number },
    signal: AbortSignal,
  ): Promise<MetCondition> {
    return untilCondition(query, request, { ...this.#host, find: this.#read.find.bind(this.#read) }, signal);
  }

  rename(query: string, name: string, op: ClientOperation): Promise<Vm> {
    return renameVm(query, name, this.#host, op);
  }
}
