import type { ReadClient } from '@ignite/api/client/client';
import { findByQuery } from '@ignite/api/client/find';
import type { UsageClient, UsageRequest, VmUsage } from '@ignite/api/client/usage-client';
import type { Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import type { Paths } from '../../tools/host/paths.ts';
import { readVmProcesses } from '../../tools/host/vm-processes.ts';
import { vmUsage } from '../../tools/usage/vm-usage.ts';

type UsingObjects = Pick<ReadClient, 'vms' | 'images' | 'kernels'>;

/** Measures the host resources that VMs use. */
export class LocalUsage implements UsageClient {
  readonly #read: UsingObjects;
  readonly #paths: Paths;

  constructor(read: UsingObjects, paths: Paths) {
    this.#read = read;
    this.#paths = paths;
  }

  async sample({ vms, all, namespace }: UsageRequest, signal: AbortSignal): Promise<readonly VmUsage[]> {
    const known = await this.#read.vms.list(signal);
    const named = new Set(vms.map((query) => findByQuery('VM', known, query).metadata.uid));
    const chosen =
      vms.length > 0
        ? known.filter(({ metadata }) => named.has(metadata.uid))
        : known.filter(
            (vm) => (all || hasVmm(vm)) && (namespace === undefined || vm.metadata.namespace === namespace),
          );
    return await Promise.all(chosen.map((vm) => vmUsage(vm, this.#vmmOf(vm))));
  }

  /** Returns the pid of the VMM of a VM whose phase has been checked against what runs. */
  #vmmOf(vm: Vm): number | undefined {
    return hasVmm(vm) ? readVmProcesses(vm, this.#paths).vmm?.pid : undefined;
  }

  async metrics(vms: readonly string[], signal: AbortSignal): Promise<string> {
    const { hostMetrics, vmMetrics } = await import('../metrics/host-metrics.ts'); // imported lazily, because it is slow to load
    const metered = { ...this.#read, usage: this };
    return vms.length > 0
      ? await vmMetrics(metered, vms, signal)
      : await hostMetrics(metered, this.#paths, signal);
  }
}
