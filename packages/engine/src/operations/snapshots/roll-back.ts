import { rm } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { changeVm } from '../../tools/store/vm-objects.ts';
import { vmDisk } from '../../vm/disks/vm-disk.ts';
import { snapshotUnfit } from '../../vm/errors.ts';
import { reachGoal } from '../../vm/lifecycle/reach-goal.ts';
import { startVm } from '../../vm/lifecycle/start-vm.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';

/**
 * Makes a VM again what it was when a snapshot of it was taken. Its ports and policy are those of today. The caller holds its lock. Once
 * its disk is gone, any later start finishes what was cut short.
 * @throws CodedError SNAPSHOT_UNFIT
 */
export async function rollBack(vm: Vm, snapshot: Snapshot, host: VmPorts, op: ClientOperation): Promise<Vm> {
  const { name, namespace } = snapshot.metadata;
  const { vmUid, vmSpec, holds } = snapshot.status;
  if (vmUid !== vm.metadata.uid || namespace !== vm.metadata.namespace)
    throw snapshotUnfit(name, 'it is of another VM; "ignite run --from" makes a new VM of it');
  const down = await reachGoal(vm, { kind: 'stopped', graceMs: 0 }, host, op);
  const wanted = await changeVm(host.objects, down, ({ spec }) => ({
    spec: {
      ...(holds === 'Machine' ? { ...vmSpec, network: { ...vmSpec.network, ...todays(spec) } } : spec),
      power: spec.power,
      source: { snapshot: name },
    },
  }));
  await rm(vmDisk(wanted, host).path, { force: true });
  return await startVm(wanted, { restart: true }, host, op);
}

/** What of a VM's network is nothing that its guest knows. */
const todays = ({
  network: { ports, policy },
}: Vm['spec']): Pick<Vm['spec']['network'], 'ports' | 'policy'> => ({
  ports,
  ...(policy && { policy }),
});
