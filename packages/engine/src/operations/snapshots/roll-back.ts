import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { vmFiles } from '../../tools/host/paths.ts';
import { changeVm, changeVmStatus, getVm } from '../../tools/store/vm-objects.ts';
import { discardSavedState, readStateNote } from '../../tools/vmm/saved-state.ts';
import { markIdentityDue, snapshotFiles } from '../../vm/disks/snapshot-files.ts';
import { vmDisk } from '../../vm/disks/vm-disk.ts';
import { snapshotUnfit } from '../../vm/errors.ts';
import { reachGoal } from '../../vm/lifecycle/reach-goal.ts';
import { startVm } from '../../vm/lifecycle/start-vm.ts';
import { ensureVmSource, sourceOf } from '../../vm/steps/place-snapshot.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';

/**
 * Makes a VM again what it was when a snapshot of it was taken. Its ports and policy are those of today. If it does not come up, it is
 * down with the disk of today. The caller holds its lock. A rollback that was cut short once the disk was set aside is finished by any
 * later start.
 * @throws CodedError SNAPSHOT_UNFIT, SNAPSHOT_NOT_FOUND, STATE_DAMAGED, STATE_UNFIT, IDENTITY_REFUSED
 */
export async function rollBack(vm: Vm, snapshot: Snapshot, host: VmPorts, op: ClientOperation): Promise<Vm> {
  await assertUsable(vm, snapshot, { ...vm, spec: specAfter(vm.spec, snapshot) }, host);
  const wish = ({ spec }: Vm) => ({ spec: specAfter(spec, snapshot) });
  await changeVm(host.objects, vm, wish, { dryRun: true }); // others may refuse it
  const down = await reachGoal(vm, { kind: 'stopped', graceMs: 0 }, host, op);
  const { path } = vmDisk(down, host);
  const { diskBefore, identityDue } = vmFiles(host.paths, down.metadata.uid);
  const wasDue = existsSync(identityDue);
  const wanted = await changeVm(host.objects, down, wish);
  // A rollback that was cut short has set the disk of today aside already.
  if (existsSync(diskBefore)) await rm(path, { force: true });
  else if (existsSync(path)) await rename(path, diskBefore);
  try {
    const known =
      snapshot.status.holds === 'Machine' ? await ensureVmSource(wanted, host, op.signal) : wanted;
    return await startVm(known, { restart: true }, host, op);
  } catch (failure) {
    // A guest that has gone on with the disk of the snapshot is not taken back.
    if ((await host.sandbox.observe(vm.metadata.uid)).state !== 'running')
      await bringBack(down, wasDue, host, { ...op, signal: new AbortController().signal });
    throw failure;
  }
}

const specAfter = (spec: VmSpec, { metadata, status: { vmSpec, holds } }: Snapshot): VmSpec => ({
  ...(holds === 'Machine' ? { ...vmSpec, network: { ...vmSpec.network, ...todays(spec) } } : spec),
  power: spec.power,
  source: { snapshot: metadata.name },
});

/** What of a VM's network is nothing that its guest knows. */
const todays = ({ network: { ports, policy } }: VmSpec): Pick<VmSpec['network'], 'ports' | 'policy'> => ({
  ports,
  ...(policy && { policy }),
});

/** Checks all that can be known before the VM is stopped. */
async function assertUsable(
  vm: Vm,
  { metadata, status }: Snapshot,
  wanted: Vm,
  host: VmPorts,
): Promise<void> {
  const { name, namespace, uid } = metadata;
  if (status.vmUid !== vm.metadata.uid || namespace !== vm.metadata.namespace)
    throw snapshotUnfit(name, 'it is of another VM; "ignite run --from" makes a new VM of it');
  const { vmSpec, holds } = status;
  if (vmSpec.machine?.vmm !== vm.spec.machine?.vmm)
    throw snapshotUnfit(name, 'it was taken of a VM with another VMM');
  await sourceOf(wanted, host);
  const files = snapshotFiles(host.paths, uid, vmDisk(vm, host).format);
  if (!existsSync(files.disk)) throw snapshotUnfit(name, 'its disk is missing');
  if (holds === 'Machine') await readStateNote(files.savedState);
}

/** Brings back the disk and the spec that a VM had before a rollback which has failed. The disk comes first: it cannot be had again. */
async function bringBack(before: Vm, wasDue: boolean, host: VmPorts, op: ClientOperation): Promise<void> {
  const files = vmFiles(host.paths, before.metadata.uid);
  await discardSavedState(files.savedState); // that of the snapshot, which fits no other disk
  if (wasDue) await markIdentityDue(files.identityDue);
  else await rm(files.identityDue, { force: true });
  if (existsSync(files.diskBefore)) await rename(files.diskBefore, vmDisk(before, host).path);
  const { kernel, image, arch } = before.status;
  const now = await getVm(host.objects, before.metadata);
  const same = await changeVm(host.objects, now, ({ spec: { power } }) => ({
    spec: { ...before.spec, power },
  }));
  const known = await changeVmStatus(host.objects, same, ({ status }) => ({
    ...status,
    ...(kernel && { kernel }),
    ...(image && { image }),
    ...(arch && { arch }),
  }));
  await reachGoal(known, { kind: 'down', graceMs: 0 }, host, op);
}
