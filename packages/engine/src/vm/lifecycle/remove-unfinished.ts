import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { isUnfinished } from '../template-maker.ts';
import { unjudged } from '../unjudged.ts';
import type { VmPorts } from '../vm-ports.ts';
import type { Outcome } from './outcome.ts';
import { reconcileLocked } from './reconcile-vm.ts';

/** Removes the VMs of all makers of templates that were killed. */
export async function removeAllUnfinished(host: VmPorts, op: ClientOperation): Promise<void> {
  for (const vm of await listOwnVms(host)) {
    if (!isUnfinished(vm, host.paths)) continue;
    try {
      await withVmLocked(vm.metadata.uid, host, op.signal, (found) => removeUnfinished(found, host, op));
    } catch (failure) {
      if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure; // somebody else was faster
    }
  }
}

/** Removes the VM of a maker that was killed. Nobody wants it, so nobody has a say in that. The caller holds its lock. */
export async function removeUnfinished(vm: Vm, host: VmPorts, op: ClientOperation): Promise<Outcome> {
  const own = unjudged(host);
  const leaving = await vmsIn(own.objects).delete(vm.metadata);
  return leaving ? await reconcileLocked(leaving, {}, own, op) : { vm, conditions: [] };
}
