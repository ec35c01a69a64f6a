import type { LifeClient, RestoredVm } from '@ignite/api/client/life-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { renameVm } from '../vm/rename-vm.ts';
import { restoreVms } from '../vm/restore-vms.ts';
import type { LocalHost } from './local-client.ts';

/** What becomes of this host's VMs over the years. */
export class LocalLife implements LifeClient {
  readonly #host: LocalHost;

  constructor(host: LocalHost) {
    this.#host = host;
  }

  restore(op: ClientOperation): Promise<readonly RestoredVm[]> {
    return restoreVms(this.#host, op);
  }

  rename(query: string, name: string, op: ClientOperation): Promise<Vm> {
    return renameVm(query, name, this.#host, op);
  }
}
