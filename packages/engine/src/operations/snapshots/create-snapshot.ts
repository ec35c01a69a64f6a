import { rm } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { CreateSnapshotRequest } from '@ignite/api/client/snapshot-client';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { Rollback } from '@ignite/toolkit/async/rollback';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { newUid } from '@ignite/toolkit/object/uid';
import { usedBytes } from '../space/used-bytes.ts';
import { snapshotDir } from '../../tools/host/paths.ts';
import { assertNamespaceStays } from '../../tools/store/assert-namespace-stays.ts';
import { snapshotsIn } from '../../tools/store/kind-clients.ts';
import { snapshotFinalizer } from '../../tools/store/list-objects.ts';
import { archOf } from '../../vm/arch-of.ts';
import { asBooted } from '../../vm/as-booted.ts';
import { lockContent } from '../../vm/content-lock.ts';
import { keepSnapshot } from '../../vm/disks/snapshot-files.ts';
import { snapshotFailed, snapshotNameInvalid, snapshotNameTaken } from '../../vm/errors.ts';
import { type SnapshotRequest, takeSnapshot } from '../../vm/lifecycle/take-snapshot.ts';
import { lockSnapshot } from '../../vm/steps/place-snapshot.ts';
import { recordWrite } from '../../vm/steps/vm-events.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';

type NewSnapshot = Omit<CreateSnapshotRequest, 'diskOnly'> & Pick<SnapshotRequest, 'wants'>;

/** The room for the name of the VM in a generated name. */
const longestStem = 54;

/**
 * Takes a snapshot of a VM, whose lock the caller holds. The object is stored last: without it, the files are leftovers.
 * @throws CodedError SNAPSHOT_UNSUPPORTED, SNAPSHOT_FAILED, SNAPSHOT_NAME_TAKEN, SNAPSHOT_INVALID
 */
export async function createSnapshot(
  vm: Vm,
  { name: wanted, labels = {}, wants }: NewSnapshot,
  host: VmPorts,
  op: ClientOperation,
): Promise<Snapshot> {
  const { namespace, name: vmName, uid: vmUid } = vm.metadata;
  const uid = newUid();
  const name = wanted ?? `${vmName.slice(0, longestStem)}-${uid.slice(0, 8)}`;
  if (!isDnsLabel(name)) throw snapshotNameInvalid(name);
  await assertNamespaceStays(host.objects, namespace);
  const snapshots = snapshotsIn(host.objects);
  if (await snapshots.find({ namespace, name })) throw snapshotNameTaken(name);
  const { image, kernel, identity } = vm.status;
  const dir = snapshotDir(host.paths, uid);
  const draft = `${dir}.draft`;
  await using undo = new Rollback((failure) =>
    op.report({
      kind: 'warning',
      message: `files of the snapshot could not be removed: ${errorText(failure)}`,
    }),
  );
  using _lock = await lockSnapshot(uid, host, op.signal);
  undo.defer(() => rm(draft, { recursive: true, force: true }));
  undo.defer(() => rm(dir, { recursive: true, force: true }));
  const taken = await takeSnapshot(vm, { dir: draft, wants }, host, op).catch((failure: unknown) => {
    op.signal.throwIfAborted();
    throw failure instanceof CodedError && !hasCode(failure, 'STATE_DAMAGED')
      ? failure
      : snapshotFailed(vmName, failure);
  });
  await keepSnapshot(draft, dir);
  // Nobody removes the image or the kernel between this look and the next.
  using _content = await lockContent(host.paths, op.signal);
  const snapshot = await snapshots.create({
    metadata: { namespace, name, uid, labels, annotations: {}, finalizers: [snapshotFinalizer] },
    spec: { vmName },
    status: {
      vmUid,
      vmSpec: taken.holds === 'Machine' ? asBooted(vm).spec : vm.spec,
      arch: archOf(vm),
      image: image!,
      kernel: kernel!,
      ...taken,
      ...(identity && { identity }),
      size: await usedBytes(dir),
    },
  });
  undo.commit();
  await recordWrite(vm, { reason: 'SnapshotTaken', message: `as ${name}` }, host);
  return snapshot;
}
