import type { ClientOperation } from '@ignite/api/client/progress';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { locksDir, vmFiles } from '../../tools/host/paths.ts';
import { adoptSshKeys } from '../../tools/guest/ssh-keys.ts';
import { listImages } from '../../tools/store/list-objects.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { snapshotsIn } from '../../tools/store/kind-clients.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import { hasSavedState } from '../../tools/vmm/has-saved-state.ts';
import { discardSavedState, shareSavedState } from '../../tools/vmm/saved-state.ts';
import { bootedKernel } from '../booted-kernel.ts';
import { withContent } from '../content-lock.ts';
import { copyWhole, markIdentityDue, snapshotFiles } from '../disks/snapshot-files.ts';
import { vmDisk } from '../disks/vm-disk.ts';
import { snapshotGone, snapshotUnfit } from '../errors.ts';
import type { VmPorts } from '../vm-ports.ts';

/** Records the image and the kernel of a VM's snapshot as those that the VM uses. */
export async function ensureVmSource(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<Vm> {
  const snapshot = await sourceOf(vm, host);
  const { arch, image, kernel, vmSpec } = snapshot.status;
  const known = (await listImages(host.objects)).find(({ status }) => status.digest === image.digest);
  if (!known) throw contentLost(snapshot);
  return await withContent({ image: known }, host, signal, async () => {
    if (!(await bootedKernel({ spec: vmSpec, kernel, arch }, host))) throw contentLost(snapshot);
    return await changeVmStatus(host.objects, vm, ({ status }) => ({ ...status, arch, image, kernel }));
  });
}

const contentLost = ({ metadata: { name } }: Snapshot) =>
  snapshotUnfit(name, 'its image or its kernel is not on this host any more');

/**
 * Gives a VM that has no disk the disk of its snapshot, and the state of the machine if the snapshot holds one for it. The disk comes
 * last: without it, all is done again.
 * @throws CodedError SNAPSHOT_NOT_FOUND, SNAPSHOT_UNFIT
 */
export async function placeSnapshot(vm: Vm, host: VmPorts, op: ClientOperation): Promise<Vm> {
  const found = await sourceOf(vm, host);
  using _lock = await lockSnapshot(found.metadata.uid, host, op.signal);
  const snapshot = await sourceOf(vm, host); // it may have been removed meanwhile
  const files = vmFiles(host.paths, vm.metadata.uid);
  const { path, format } = vmDisk(vm, host);
  const source = snapshotFiles(host.paths, snapshot.metadata.uid, format);
  op.report({
    kind: 'step',
    message: `Bringing ${vm.metadata.name} to what ${snapshot.metadata.name} holds`,
  });
  const { holds, network, vmUid } = snapshot.status;
  const isKept = vm.spec.source?.identity === 'Kept';
  const isOwn = vmUid === vm.metadata.uid;
  const takesMachine = holds === 'Machine' && (network === undefined || isOwn || isKept);
  const isWhole =
    existsSync(source.disk) &&
    (!takesMachine || (existsSync(source.exitStatus) && hasSavedState(source.savedState)));
  if (!isWhole) throw snapshotUnfit(snapshot.metadata.name, 'files of it are missing');
  await mkdir(files.dir, { recursive: true, mode: 0o711 });
  await rm(files.identityDue, { force: true });
  await discardSavedState(files.savedState);
  if (takesMachine) {
    if (network === undefined) await markIdentityDue(files.identityDue);
    await copyWhole(source.exitStatus, files.exitStatus, host.runner, op.signal);
    await shareSavedState(source.savedState, files.savedState);
  }
  if (isKept && !isOwn) await takeKeys(vm, vmUid, host);
  const identity = snapshot.status.identity ?? { vmUid, hostname: snapshot.spec.vmName };
  // A guest that keeps its identity finds the addresses and the MACs that it knows.
  const placed =
    takesMachine && network
      ? await changeVmStatus(host.objects, vm, ({ status }) => ({
          ...status,
          network,
          ...(isKept && !isOwn && { identity }),
        }))
      : vm;
  await copyWhole(source.disk, path, host.runner, op.signal);
  return placed;
}

/**
 * Gives a VM the keys of the one whose identity its guest keeps, if that is still here. It must be of the same namespace, whatever the snapshot
 * says.
 */
async function takeKeys({ metadata: { uid, namespace } }: Vm, ofUid: string, host: VmPorts): Promise<void> {
  const other = (await listOwnVms(host)).find(({ metadata }) => metadata.uid === ofUid);
  if (other?.metadata.namespace !== namespace) return;
  await adoptSshKeys({ uid, files: vmFiles(host.paths, uid) }, vmFiles(host.paths, ofUid));
}

/** Takes the lock under which a snapshot is used or removed. */
export const lockSnapshot = async (
  uid: string,
  { paths }: Pick<VmPorts, 'paths'>,
  signal: AbortSignal,
): Promise<Disposable> => await acquireLock(locksDir(paths), `snapshot-${uid}`, signal);

/**
 * Returns the snapshot that a VM names, which is of its own namespace.
 * @throws CodedError SNAPSHOT_NOT_FOUND, SNAPSHOT_UNFIT
 */
export async function sourceOf({ metadata, spec, status }: Vm, { objects }: VmPorts): Promise<Snapshot> {
  const name = spec.source?.snapshot ?? '';
  const snapshot = await snapshotsIn(objects).find({ namespace: metadata.namespace, name });
  if (!snapshot || snapshot.metadata.deletionTimestamp !== undefined) throw snapshotGone(name);
  const { vmSpec, image, network } = snapshot.status;
  // The image of a VM is known by its digest once it is here, and by its name before.
  const isOfImage =
    status.image === undefined ? vmSpec.image.oci === spec.image.oci : image.digest === status.image.digest;
  if (!isOfImage) throw snapshotUnfit(name, `its image is another ${vmSpec.image.oci}`);
  const vmms = [vmSpec, spec].map(({ machine }) => machine?.vmm);
  if (vmms[0] !== vmms[1]) throw snapshotUnfit(name, 'it was taken of a VM with another VMM');
  if (spec.source?.identity === 'Kept' && network === undefined)
    throw snapshotUnfit(name, 'it holds no machine whose guest could keep its identity');
  return snapshot;
}
