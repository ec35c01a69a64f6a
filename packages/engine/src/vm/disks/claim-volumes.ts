import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { isReadOnly, sourceOf } from '@ignite/api/v1/vm-storage';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir, vmFiles } from '../../tools/host/paths.ts';
import type { ThisHost } from '../../tools/host/this-host.ts';
import type { Sandbox } from '../../tools/sandbox/sandbox.ts';
import { volumeBusy } from '../../tools/storage/errors.ts';
import { volumeLockName } from '../../tools/storage/volume-objects.ts';
import { hasSavedState } from '../../tools/vmm/has-saved-state.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { asBooted } from '../as-booted.ts';

interface Claim {
  /** The key of the disk, which is the same for all who claim it; it is also the name of the lock. */
  readonly key: string;
  readonly volume: string;
  readonly isWriter: boolean;
}

/**
 * Claims a VM's disks. No other running VM may have a disk if one of the two may write to it. The starter of
 * a VM holds the locks of its disks until its VMM has them. Afterwards the running VMs themselves show what
 * is in use, so no claim can be stale.
 * @throws CodedError VOLUME_BUSY
 */
export async function claimVolumes(
  vm: Vm,
  host: {
    readonly paths: Paths;
    readonly objects: ObjectClient;
    readonly self: ThisHost;
    readonly sandbox: Sandbox;
  },
  signal: AbortSignal,
): Promise<Disposable> {
  const claims = await claimsOf(vm);
  using locks = new DisposableStack();
  for (const { key } of claims.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
    locks.use(await acquireLock(locksDir(host.paths), key, signal));
  const others = claims.length === 0 ? [] : await listOwnVms(host);
  for (const other of others) {
    if (other.metadata.uid === vm.metadata.uid) continue;
    // A guest that is up, or suspended, has the disks of its boot. Those of its definition are promised to it.
    const clash = findClash(claims, [...(await claimsOf(other)), ...(await claimsOf(asBooted(other)))]);
    if (!clash || !(await hasInUse(other, host))) continue;
    throw volumeBusy(
      clash.volume,
      `VM "${other.metadata.name}"`,
      'stop that VM first, or attach the volume to both read-only',
    );
  }
  return locks.move();
}

/** Tells whether a VM has its disks in use. The guest of a suspended VM still has them mounted. */
const hasInUse = async (
  { metadata: { uid } }: Vm,
  { sandbox, paths }: { readonly sandbox: Sandbox; readonly paths: Paths },
): Promise<boolean> =>
  (await sandbox.observe(uid)).state === 'running' || hasSavedState(vmFiles(paths, uid).savedState);

async function claimsOf({ metadata: { namespace }, spec: { storage } }: Vm): Promise<readonly Claim[]> {
  if (!storage) return [];
  const claims = storage.volumes.map(async (volume): Promise<readonly Claim[]> => {
    const source = sourceOf(volume);
    if (source.kind === 'hostPath') return [];
    const key =
      source.kind === 'volume'
        ? volumeLockName({ namespace, name: source.name })
        : await diskKey(source.path);
    return [{ key, volume: volume.name, isWriter: !isReadOnly(volume, storage) }];
  });
  return (await Promise.all(claims)).flat();
}

/** Pure. Returns the first disk of `mine` that `theirs` contains too, unless both only read it. */
function findClash(mine: readonly Claim[], theirs: readonly Claim[]): Claim | undefined {
  return mine.find((claim) =>
    theirs.some((other) => other.key === claim.key && (claim.isWriter || other.isWriter)),
  );
}

/** Returns the key of a disk, which is the same for every symlink to it. */
async function diskKey(path: string): Promise<string> {
  const real = await realpath(path).catch(() => path);
  return `disk-${createHash('sha256').update(real).digest('hex').slice(0, 16)}`;
}
