import type { ClientOperation } from '@ignite/api/client/progress';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { VmHost } from './execute-step.ts';
import { reconcileVm } from './reconcile-vm.ts';
import { withVmLocked } from './vm-lock.ts';

/** Clears up after a VM that has ended by itself; does nothing to one that runs or is gone. */
export async function settleVm(uid: string, host: VmHost, op: ClientOperation): Promise<void> {
  try {
    await withVmLocked(uid, host, op.signal, async (found) => {
      if ((await host.sandbox.observe(uid)).state !== 'exited') return found;
      return await reconcileVm(found, { kind: 'stopped', graceMs: 0 }, host, op);
    });
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
  }
}
