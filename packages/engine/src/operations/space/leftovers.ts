import { join } from 'node:path';
import type { Image } from '@ignite/api/v1/image';
import { uidForm } from '@ignite/api/v1/is-uid';
import type { Kernel } from '@ignite/api/v1/kernel';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import type { Volume } from '@ignite/api/v1/volume';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { type Paths, imageDir, kernelDir, snapshotDir, vmFiles } from '../../tools/host/paths.ts';
import { podFiles } from '../../pod/pod-files.ts';
import { hasMemoryFolder, memoryFolder, memoryScratchPrefix } from '../../tools/host/scratch.ts';
import { vmLock } from '../../tools/store/vm-lock.ts';

/** A file or folder that no process will use any more, provided that the locks are free. */
export interface Leftover {
  readonly path: string;
  readonly locks: readonly string[];
  /** The uid of the pod whose programs and address are left besides. */
  readonly pod?: string;
}

/** All known objects. Everything else on disk is a leftover. */
export interface KnownObjects {
  readonly vms: readonly Vm[];
  readonly images: readonly Image[];
  readonly kernels: readonly Kernel[];
  readonly volumes: readonly Volume[];
  readonly snapshots: readonly Snapshot[];
  /** The uids of pods that have no objects any more. */
  readonly lostPods: readonly string[];
}

/**
 * The locks under which scratch folders of each name are used. Whoever writes an archive may do so on behalf
 * of its reader.
 */
const scratchLocks: Readonly<Record<string, string>> = {
  changes: 'changes',
  containerd: 'oci-layout',
  export: 'export',
  image: 'oci-layout',
  import: 'import',
  kernel: 'kernel',
  'legacy-kernel': 'kernel',
  load: 'load',
  programs: 'kernel',
  pull: 'oci-layout',
  save: 'save',
  'snapshot-in': 'snapshot-in',
  'snapshot-out': 'snapshot-out',
};

/** Finds what killed processes have left half-made or half-removed. */
export async function findLeftovers(paths: Paths, known: KnownObjects): Promise<readonly Leftover[]> {
  const scratch = join(paths.dataDir, 'scratch');
  const below = async (dir: string, prefix: string, lock: string): Promise<readonly Leftover[]> =>
    (await namesIn(dir))
      .filter((name) => name.startsWith(prefix))
      .map((name) => ({ path: join(dir, name), locks: [lock] }));
  const hasMemory = await hasMemoryFolder();
  const places = Object.entries(scratchLocks).flatMap(([name, lock]) => [
    below(scratch, `${name}-`, lock),
    ...(hasMemory ? [below(memoryFolder, memoryScratchPrefix(paths, name), lock)] : []),
  ]);
  const found = await Promise.all([
    ...places,
    below(paths.runDir, 'registry-auth-', 'oci-layout'),
    below(paths.runDir, 'snapshot-in-auth-', 'snapshot-in'),
    below(paths.runDir, 'snapshot-out-auth-', 'snapshot-out'),
    below(join(paths.dataDir, 'images'), 'draft-', 'oci-layout'),
    below(join(paths.dataDir, 'images'), 'legacy-', 'import-legacy'),
    below(join(paths.dataDir, 'kernels'), 'draft-', 'kernel'),
    orphans(paths, known),
  ]);
  const ofPods = known.lostPods.map((pod) => ({ path: podFiles(paths, pod).dir, locks: [], pod }));
  return [...found.flat(), ...ofPods];
}

/** Returns the folders of images, kernels and VMs that are not in the store. */
async function orphans(
  paths: Paths,
  { vms, images, kernels, snapshots }: KnownObjects,
): Promise<readonly Leftover[]> {
  const users = [...vms, ...snapshots];
  const digests = [...images, ...users.map(({ status }) => ({ status: { digest: status.image?.digest } }))];
  const ids = [...kernels.map(({ status }) => status.id), ...users.map(({ status }) => status.kernel?.id)];
  const [ofImages, ofKernels, ofVms, ofSnapshots] = await Promise.all(
    ['images', 'kernels', 'vms', 'snapshots'].map((name) => namesIn(join(paths.dataDir, name))),
  );
  const unknown = (names: readonly string[] = [], form: RegExp, wanted: readonly (string | undefined)[]) =>
    names.filter((name) => form.test(name) && !wanted.includes(name));
  const imageNames = digests.map(({ status }) => status.digest?.replace(/^sha256:/, ''));
  const vmNames = vms.map(({ metadata }) => metadata.uid);
  return [
    ...unknown(ofImages, /^[0-9a-f]{64}$/, imageNames).map((name) => ({
      path: imageDir(paths, name),
      locks: ['oci-layout', 'import-legacy'],
    })),
    ...unknown(ofKernels, /^[0-9a-f]{64}$/, ids).map((id) => ({
      path: kernelDir(paths, id),
      locks: ['kernel'],
    })),
    ...(ofSnapshots ?? [])
      .map((name) => ({ name, uid: name.replace(/\.draft$/, '') }))
      .filter(({ uid }) => uidForm.test(uid) && !snapshots.some(({ metadata }) => metadata.uid === uid))
      .map(({ name, uid }) => ({ path: snapshotDir(paths, name), locks: [`snapshot-${uid}`] })),
    ...unknown(ofVms, uidForm, vmNames).map((uid) => ({
      path: vmFiles(paths, uid).dir,
      locks: ['import', vmLock(uid)],
    })),
  ];
}
