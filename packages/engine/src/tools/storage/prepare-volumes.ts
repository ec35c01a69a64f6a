import type { ClientOperation } from '@ignite/api/client/progress';
import { type VmStorage, sourceOf } from '@ignite/api/v1/vm-storage';
import { bytes } from '@ignite/toolkit/units/bytes';
import { isClaimed } from './block-device.ts';
import { volumeBusy } from './errors.ts';
import { createExt4File } from './ext4-file.ts';
import { grantAccess, revokeAccess } from './file-access.ts';
import { type ResolvedVolume, type VolumeDisk, isToBeMade, resolveVolumes } from './resolve-volumes.ts';
import { type VolumeDeps, ensureVolume } from './volume-objects.ts';

/** What a VM asks for, and the namespace of the VM, which is that of its volumes. */
interface OwnStorage {
  readonly storage: VmStorage;
  readonly namespace: string;
}

/**
 * Creates the volumes of a VM that Ignite manages, and grants its VMM, which runs as `user`, access to files
 * of other owners. The caller holds the volumes' locks.
 * @throws CodedError VOLUME_INVALID, VOLUME_IN_USE, VOLUME_BUSY, VOLUME_UNUSABLE
 */
export async function prepareVolumes(
  { storage, namespace }: OwnStorage,
  user: number,
  deps: VolumeDeps,
  op: ClientOperation,
): Promise<void> {
  for (const volume of storage.volumes) {
    const source = sourceOf(volume);
    if (source.kind === 'volume') await ensureVolume({ namespace, name: source.name }, source.size, deps, op);
    else if (source.kind === 'file' && source.size !== undefined && (await isToBeMade(source))) {
      op.report({ kind: 'step', message: `Creating ${source.path}` });
      const request = { path: source.path, size: bytes(source.size), label: volume.name, mode: 0o600 };
      await createExt4File(request, deps.runner, op.signal);
    }
  }
  for (const volume of await resolveVolumes(storage, namespace, deps.paths)) {
    if (volume.kind === 'disk') await assertUnclaimed(volume);
    if (!isForeignFile(volume)) continue;
    const access = volume.readOnly ? 'r' : 'rw';
    await grantAccess({ path: volume.medium.path, user, access }, deps.runner, op.signal);
  }
}

/** Revokes what was granted. It is idempotent, and ignores volumes that are gone. */
export async function releaseVolumes(
  storage: VmStorage,
  user: number,
  deps: VolumeDeps,
  signal: AbortSignal,
): Promise<void> {
  for (const { file } of storage.volumes) if (file) await revokeAccess(file.path, user, deps.runner, signal);
}

interface ForeignFile extends VolumeDisk {
  readonly medium: Extract<VolumeDisk['medium'], { readonly kind: 'file' }>;
}

const isForeignFile = (volume: ResolvedVolume): volume is ForeignFile =>
  volume.kind === 'disk' && volume.medium.kind === 'file' && !volume.medium.isOurs;

async function assertUnclaimed({ name, medium }: VolumeDisk): Promise<void> {
  if (medium.kind !== 'device' || !(await isClaimed(medium.path))) return;
  throw volumeBusy(
    name,
    'this host',
    `unmount ${medium.path} first; "lsblk ${medium.path}" shows what uses it`,
  );
}
