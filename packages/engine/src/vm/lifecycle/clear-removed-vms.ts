import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import { isUid } from '@ignite/api/v1/is-uid';
import { KindReader } from '@ignite/toolkit/client/kind-client';
import { type EventObject, storedEvent } from '@ignite/toolkit/core/resources/event';
import { eventController } from '../../tools/events/record-event.ts';
import { endSession } from '../../tools/guest/ssh-session.ts';
import { vmFiles, vmRunFiles } from '../../tools/host/paths.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { tryLockVm } from '../../tools/store/vm-lock.ts';
import { unshareFolders } from '../disks/volume-steps.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * Stops what this host still runs of VMs that were removed on another host while this one was taken for lost.
 * Their files stay. A VM that is missing in the store for any other reason keeps running: without the event of
 * its removal, the store may have lost it.
 */
export async function clearRemovedVms(host: VmPorts, op: ClientOperation): Promise<void> {
  if (host.self.isAlone) return;
  const reader = new KindReader(host.objects, storedEvent);
  const removals = [{ field: 'reason', operator: '=', value: 'Removed' }] as const;
  const { items } = await reader.list({ fields: removals, signal: op.signal });
  const left = items.flatMap(removedVm).filter(({ uid }) => existsSync(vmFiles(host.paths, uid).dir));
  for (const { name, uid } of left) if (await clear(uid, host, op)) tellKept(name, uid, host, op);
}

/** Whoever may write events may write anything into them, and the uid becomes part of paths. */
function removedVm({
  reportingController,
  regarding: { kind, name = '', uid = '' } = {},
}: EventObject): readonly { readonly name: string; readonly uid: string }[] {
  return reportingController === eventController && kind === 'VM' && isUid(uid) ? [{ name, uid }] : [];
}

/** Returns whether something of the VM was running. */
async function clear(uid: string, host: VmPorts, { signal }: ClientOperation): Promise<boolean> {
  using lock = tryLockVm(uid, host.paths);
  if (!lock || (await vmsIn(host.objects).findByUid(uid))) return false;
  const { state } = await host.sandbox.observe(uid);
  if (state === 'running') await host.sandbox.kill(uid, signal);
  if (existsSync(vmRunFiles(host.paths, uid).shares)) await unshareFolders(uid, host, signal);
  if (state !== 'absent') {
    await endSession(vmRunFiles(host.paths, uid).sshSession, host.runner, signal);
    await host.sandbox.remove(uid, signal);
  }
  const { state: network } = await host.network.observe(uid, signal);
  if (network !== 'absent') await host.network.detach(uid, signal);
  return state !== 'absent' || network !== 'absent';
}

function tellKept(name: string, uid: string, { paths }: VmPorts, { report }: ClientOperation): void {
  const { dir } = vmFiles(paths, uid);
  report({
    kind: 'warning',
    message: `VM "${name}" was removed on another host: it is stopped, and ${dir} is kept`,
  });
}
