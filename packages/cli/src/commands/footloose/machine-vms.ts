import type { Client } from '@ignite/api/client/client';
import type { Vm } from '@ignite/api/v1/vm';

/** Returns the VMs of the namespace in which machines are, by their names. */
export async function vmsByName(
  client: Pick<Client, 'vms'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Vm>> {
  const vms = await client.vms.list(signal);
  return new Map(
    vms.filter(({ metadata }) => metadata.namespace === 'default').map((vm) => [vm.metadata.name, vm]),
  );
}
