import type { Client } from '@ignite/api/client/client';
import type { Vm } from '@ignite/api/v1/vm';
import { isOfCluster } from '@ignite/legacy/footloose/cluster-label';

/** The VMs of the namespace in which machines are. */
export interface MachineVms {
  /** Those of the cluster, by their names. */
  readonly own: ReadonlyMap<string, Vm>;
  /** The names of all others. */
  readonly foreign: ReadonlySet<string>;
}

export async function machineVms(
  cluster: string,
  client: Pick<Client, 'vms'>,
  signal: AbortSignal,
): Promise<MachineVms> {
  const all = await client.vms.list(signal);
  const vms = all.filter(({ metadata }) => metadata.namespace === 'default');
  const own = vms.filter((vm) => isOfCluster(vm, cluster));
  return {
    own: new Map(own.map((vm) => [vm.metadata.name, vm])),
    foreign: new Set(vms.filter((vm) => !own.includes(vm)).map(({ metadata }) => metadata.name)),
  };
}
