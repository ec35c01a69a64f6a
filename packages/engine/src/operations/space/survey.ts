import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, parse, relative } from 'node:path';
import type { SpaceItem } from '@ignite/api/client/space-client';
import { isTemplate } from '@ignite/api/v1/template';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { fullName, shownName } from '@ignite/api/v1/shown-name';
import { isLocked } from '@ignite/toolkit/lock/process-lock';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import {
  type Paths,
  diskNames,
  imageDir,
  kernelDir,
  keptDisksDir,
  layoutDir,
  locksDir,
  snapshotDir,
  vmFiles,
  volumeDir,
} from '../../tools/host/paths.ts';
import { isUnfinished } from '../../vm/template-maker.ts';
import { blobsOf } from '../../tools/oci/image-config.ts';
import { keepsData, lostPodName } from '../../pod/lost-pods.ts';
import { type KnownObjects, findLeftovers } from './leftovers.ts';
import { usedBytes } from './used-bytes.ts';

/** Lists what takes space in the data directory. */
export async function surveySpace(paths: Paths, known: KnownObjects): Promise<readonly SpaceItem[]> {
  const items = await Promise.all([
    ...imageItems(paths, known),
    ...kernelItems(paths, known),
    ...known.vms.flatMap((vm) => vmItems(paths, vm)),
    ...volumeItems(paths, known),
    ...snapshotItems(paths, known),
    layersItem(paths, known),
    ...(await keptDiskItems(paths)),
    ...(await leftoverItems(paths, known)),
  ]);
  const lost = new Set(known.lostPods.map(lostPodName));
  return items.filter(
    ({ kind, size, name }) =>
      size > 0 || kind === 'image' || kind === 'kernel' || kind === 'vm' || lost.has(name),
  );
}

type Found = Omit<SpaceItem, 'size' | 'reclaimable'>;

async function measured(found: Found, size?: Bytes): Promise<SpaceItem> {
  const used = size ?? (await usedBytes(found.path));
  return { ...found, size: used, reclaimable: found.isUsed ? bytes(0) : used };
}

/** Returns what needs images and kernels. Templates go with these. */
const contentUsers = ({
  vms,
  snapshots,
}: Pick<KnownObjects, 'vms' | 'snapshots'>): readonly (Vm | Snapshot)[] => [
  ...vms,
  ...snapshots.filter((snapshot) => !isTemplate(snapshot)),
];

/** Returns the items of images. A base disk that several images share counts for the first one. */
const imageItems = (paths: Paths, { images, ...known }: KnownObjects): readonly Promise<SpaceItem>[] =>
  images.map((image, at) => {
    const { digest } = image.status;
    const isUsed = contentUsers(known).some(({ status }) => status.image?.digest === digest);
    const isFirst = images.findIndex(({ status }) => status.digest === digest) === at;
    const found = {
      kind: 'image',
      name: shownName(image),
      uid: image.metadata.uid,
      path: imageDir(paths, digest),
      isUsed,
    } as const;
    return measured(found, isFirst ? undefined : bytes(0));
  });

const kernelItems = (paths: Paths, { kernels, ...known }: KnownObjects): readonly Promise<SpaceItem>[] =>
  kernels.map((kernel, at) => {
    const { id } = kernel.status;
    const isUsed = contentUsers(known).some(({ status }) => status.kernel?.id === id);
    const isFirst = kernels.findIndex(({ status }) => status.id === id) === at;
    const found = {
      kind: 'kernel',
      name: shownName(kernel),
      uid: kernel.metadata.uid,
      path: kernelDir(paths, id),
      isUsed,
    } as const;
    return measured(found, isFirst ? undefined : bytes(0));
  });

const volumeItems = (paths: Paths, { volumes }: KnownObjects): readonly Promise<SpaceItem>[] =>
  volumes.map((volume) => {
    const { metadata, status } = volume;
    const path = volumeDir(paths, metadata);
    const isUsed = status.usedBy.length > 0;
    return measured({ kind: 'volume', name: fullName(volume), uid: metadata.uid, path, isUsed });
  });

/** Somebody has taken a snapshot to keep it, unless it is a template. */
const snapshotItems = (paths: Paths, { snapshots }: KnownObjects): readonly Promise<SpaceItem>[] =>
  snapshots.map((snapshot) => {
    const { uid, deletionTimestamp } = snapshot.metadata;
    const path = snapshotDir(paths, uid);
    const isUsed = !isTemplate(snapshot) && deletionTimestamp === undefined;
    return measured({ kind: 'snapshot', name: fullName(snapshot), uid, path, isUsed });
  });

/** The phases in which a VM uses nothing of the host but space. */
const stopped: ReadonlySet<string> = new Set(['Created', 'Stopped', 'Failed']);

/** The VM of a maker of templates that was killed is left over, even if it runs. */
function vmItems(paths: Paths, vm: Vm): readonly Promise<SpaceItem>[] {
  const { metadata, status } = vm;
  const [name, { uid }] = [fullName(vm), metadata];
  const files = vmFiles(paths, uid);
  const isLeft = isUnfinished(vm, paths);
  const kind = isLeft ? 'leftover' : 'vm';
  const isUsed = !isLeft && !stopped.has(status.phase);
  const disk = async (): Promise<SpaceItem> => {
    const [whole, log] = await Promise.all([usedBytes(files.dir), usedBytes(files.consoleLog)]);
    return await measured({ kind, name, uid, path: files.dir, isUsed }, bytes(Math.max(0, whole - log)));
  };
  return [disk(), measured({ kind: 'log', name, uid, path: files.consoleLog, isUsed: true })];
}

/** Returns the item of all layers. The layers of images that no VM uses are reclaimable. */
async function layersItem(paths: Paths, { images, ...known }: KnownObjects): Promise<SpaceItem> {
  const path = layoutDir(paths);
  const digests = new Set(contentUsers(known).map(({ status }) => status.image?.digest));
  const used = images.filter(({ status }) => digests.has(status.digest));
  const needed = new Set((await Promise.all(used.map(({ status }) => blobsOf(path, status.digest)))).flat());
  const blobs = join(path, 'blobs/sha256');
  const names = await readdir(blobs).catch(() => []); // there are none before the first import
  const idle = names.filter((name) => !needed.has(`sha256:${name}`));
  const sizes = await Promise.all(idle.map((name) => usedBytes(join(blobs, name))));
  const reclaimable = bytes(sizes.reduce<number>((sum, size) => sum + size, 0));
  return {
    kind: 'layers',
    name: 'layers of images',
    path,
    size: await usedBytes(path),
    isUsed: needed.size > 0,
    reclaimable,
  };
}

async function keptDiskItems(paths: Paths): Promise<readonly Promise<SpaceItem>[]> {
  const dir = keptDisksDir(paths);
  const names = await readdir(dir).catch(() => []); // no disk was ever kept
  return names.map((name) =>
    measured({ kind: 'kept-disk', name: parse(name).name, path: join(dir, name), isUsed: false }),
  );
}

async function leftoverItems(paths: Paths, known: KnownObjects): Promise<readonly Promise<SpaceItem>[]> {
  const left = await findLeftovers(paths, known);
  const kept = await Promise.all(
    left.map(async ({ pod }) => pod !== undefined && (await keepsData(paths, pod))),
  );
  return left.map(({ path, locks }, at) => {
    const isUsed = locks.some((lock) => isLocked(locksDir(paths), lock));
    const inside = relative(paths.dataDir, path);
    const name = inside.startsWith('..') ? path : inside;
    // A VM, a snapshot or a pod that is not in the store any more may have somebody's data. A draft never was a snapshot.
    const hasDisk =
      kept[at] ||
      (!path.endsWith('.draft') && Object.values(diskNames).some((file) => existsSync(join(path, file))));
    const kind = hasDisk ? 'kept-disk' : 'leftover';
    return measured({ kind, name, path, isUsed });
  });
}
