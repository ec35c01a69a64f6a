import { findByQuery } from '@ignite/api/client/find';
import type { Finder } from '@ignite/api/client/finder';
import type { UsageClient, UsageRequest, VmUsage } from '@ignite/api/client/usage-client';
import type { Vm } from '@ignite/api/v1/vm';
import { hasUsage, vmUsage } from '../../tools/usage/vm-usage.ts';

/** Measures the host resources that VMs use. */
export class LocalUsage implements UsageClient {
  readonly #vms: Finder<Vm>;

  constructor(vms: Finder<Vm>) {
    this.#vms = vms;
  }

  async sample({ vms, all }: UsageRequest, signal: AbortSignal): Promise<readonly VmUsage[]> {
    const known = await this.#vms.list(signal);
    const named = new Set(vms.map((query) => findByQuery('VM', known, query).metadata.uid));
    const chosen =
      vms.length > 0
        ? known.filter(({ metadata }) => named.has(metadata.uid))
        : known.filter((vm) => all || hasUsage(vm));
    return await Promise.all(chosen.map(vmUsage));
  }
}
