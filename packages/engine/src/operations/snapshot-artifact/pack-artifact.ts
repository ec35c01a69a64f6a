import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { specFromSnapshot } from '@ignite/api/v1/spec-from-snapshot';
import { pieceSize } from '@ignite/toolkit/files/stream-meter';
import { type Bytes, bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { kernelDir } from '../../tools/host/paths.ts';
import { kernelFiles } from '../../tools/kernel/kernel-folder.ts';
import { assertDiskTakes } from '../../tools/oci/disk-space.ts';
import { type Blob, LayoutWriter } from '../../tools/oci/layout-writer.ts';
import { diskInfo, flatten, shownBase } from '../../tools/rootfs/qemu-img.ts';
import { listImages } from '../../tools/store/list-objects.ts';
import { readStateNote, savedStateFiles } from '../../tools/vmm/saved-state.ts';
import { type BootedKernel, bootedKernel } from '../../vm/booted-kernel.ts';
import { snapshotFiles } from '../../vm/disks/snapshot-files.ts';
import { snapshotUnfit } from '../../vm/errors.ts';
import { lockSnapshot } from '../../vm/steps/place-snapshot.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { vmmOf } from '../../vm/vmm-of.ts';
import { usedBytes } from '../space/used-bytes.ts';
import { type PartName, artifactManifest, artifactType } from './artifact-manifest.ts';
import { fileDigest } from './file-digest.ts';
import { sendingWarnings, sendsMachine } from './sending-warnings.ts';
import { type SnapshotConfig, snapshotConfig } from './snapshot-config.ts';

/** The tag of a snapshot in an OCI layout of its own, and that of its image beside it. */
export const artifactTags = { snapshot: 'snapshot', image: 'image' } as const;

export interface PackRequest {
  /** Whether all of the disk is packed, instead of what differs from the disk of its image. */
  readonly wholeDisk?: boolean;
}

/**
 * Writes a snapshot to a new OCI layout in the folder `layout` of `dir`. The same snapshot gives the same digests, so what a registry
 * has of it already is not sent again.
 * @throws CodedError SNAPSHOT_UNFIT if it is damaged, DISK_FULL if the disk may be too small for the packed files
 */
export async function packArtifact(
  snapshot: Snapshot,
  { wholeDisk = false }: PackRequest,
  dir: string,
  host: VmPorts,
  { signal, report }: ClientOperation,
): Promise<{ readonly layout: string; readonly tag: string }> {
  const { metadata, status } = snapshot;
  const { name } = metadata;
  const assertRoom = async (files: Iterable<string>): Promise<void> =>
    await assertDiskTakes(await usedByAll(files), host.paths, `pack snapshot "${name}"`);
  const image = (await listImages(host.objects)).find((each) => each.status.digest === status.image.digest);
  const { vmSpec, kernel: booted, arch } = status;
  const kernel = await bootedKernel({ spec: vmSpec, kernel: booted, arch }, host);
  if (!image || !kernel) throw snapshotUnfit(name, 'its image or its kernel is not on this host any more');
  for (const message of sendingWarnings(snapshot)) report({ kind: 'warning', message });
  using _lock = await lockSnapshot(metadata.uid, host, signal);
  const format = vmmOf({ spec: status.vmSpec }, host).capabilities.diskFormats[0] ?? 'raw';
  const files = snapshotFiles(host.paths, metadata.uid, format);
  if (!existsSync(files.disk)) throw snapshotUnfit(name, 'its disk is missing');
  const note = sendsMachine(snapshot) ? await readStateNote(files.savedState) : undefined;
  const flat = join(dir, 'whole-disk');
  const basePath = image.status.baseDisk.path;
  const disk = await describeDisk(files.disk, format, host, signal);
  const isFlattened = disk.isLayer && wholeDisk;
  if (isFlattened) {
    await assertRoom([files.disk, basePath]);
    report({ kind: 'step', message: 'Copying the whole disk' });
    await flatten({ path: files.disk, basePath }, flat, host.runner, signal);
  }
  const paths = new Map<PartName, string>([['disk', isFlattened ? flat : files.disk]]);
  if (note) {
    const { machine, memory } = savedStateFiles(files.savedState, note);
    paths.set('machine', machine).set('exit-status', files.exitStatus);
    if (memory !== undefined) paths.set('memory', memory);
  }
  for (const file of kernelFiles) paths.set(file, join(kernelDir(host.paths, kernel.id), file));
  await assertRoom(paths.values());

  const layout = join(dir, 'layout');
  const writer = await LayoutWriter.open(layout, signal);
  const packed = new Map<PartName, Blob>();
  const parts: Partial<Record<PartName, number>> = {};
  for (const [part, path] of paths) {
    const { size } = await stat(path);
    report({ kind: 'step', message: `Packing the ${part} of ${name} (${humanBytes(bytes(size))})` });
    packed.set(part, await writer.addPacked(createReadStream(path, { highWaterMark: pieceSize })));
    parts[part] = size;
  }
  const isBased = disk.isLayer && !wholeDisk;
  const config = configOf(snapshot, image, kernel, {
    disk: { format, size: disk.size, ...(isBased && { base: await fileDigest(basePath, signal) }) },
    ...(note && { traits: note.traits }),
    parts,
  });
  const manifest = artifactManifest({ config: await writer.addJson(config), parts: packed });
  await writer.tag(artifactTags.snapshot, { artifactType, ...(await writer.addJson(manifest)) });
  return { layout, tag: artifactTags.snapshot };
}

/** Pure. Describes a snapshot for another host. What belongs to this one, and to one VM only, is left out of the spec. */
function configOf(
  snapshot: Snapshot,
  image: Image,
  kernel: BootedKernel,
  files: Pick<SnapshotConfig, 'disk' | 'traits' | 'parts'>,
): SnapshotConfig {
  const { metadata, spec, status } = snapshot;
  const { hostName: _host, source: _source, ...vmSpec } = specFromSnapshot(snapshot);
  const { digest, platform, bootMode } = image.status;
  return snapshotConfig({
    name: metadata.name,
    vmName: spec.vmName,
    vmUid: status.vmUid,
    taken: metadata.creationTimestamp,
    arch: status.arch,
    vmSpec: { ...vmSpec, power: 'Stopped' },
    image: { reference: image.spec.oci, digest, platform, bootMode },
    kernel,
    ...(status.message !== undefined && { message: status.message }),
    ...files,
  });
}

/** Returns what files take, which is about the most that they take once they are packed. */
async function usedByAll(paths: Iterable<string>): Promise<Bytes> {
  let sum = 0;
  for (const path of paths) sum += await usedBytes(path);
  return bytes(sum);
}

/** Returns the size of a disk, and whether it has only what differs from the disk of its image. */
async function describeDisk(
  path: string,
  format: 'qcow2' | 'raw',
  { runner }: VmPorts,
  signal: AbortSignal,
): Promise<{ readonly size: number; readonly isLayer: boolean }> {
  if (format === 'raw') return { size: (await stat(path)).size, isLayer: false };
  const { size, base } = await diskInfo(path, runner, signal);
  return { size, isLayer: base === shownBase };
}
