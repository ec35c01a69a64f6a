import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { BringSnapshotRequest } from '@ignite/api/client/snapshot-client';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { shownName } from '@ignite/api/v1/shown-name';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { Rollback } from '@ignite/toolkit/async/rollback';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { newUid } from '@ignite/toolkit/object/uid';
import { bytes } from '@ignite/toolkit/units/bytes';
import { recordEvent } from '../../tools/events/record-event.ts';
import { snapshotDir } from '../../tools/host/paths.ts';
import { holdsKernel, kernelFiles } from '../../tools/kernel/kernel-folder.ts';
import type { BroughtArtifact } from '../../tools/oci/bring-artifact.ts';
import { assertDiskTakes } from '../../tools/oci/disk-space.ts';
import { blobPath } from '../../tools/oci/image-config.ts';
import { diskInfo, shownBase } from '../../tools/rootfs/qemu-img.ts';
import { assertNamespaceStays } from '../../tools/store/assert-namespace-stays.ts';
import { snapshotsIn } from '../../tools/store/kind-clients.ts';
import { snapshotFinalizer } from '../../tools/store/list-objects.ts';
import { writeSavedState } from '../../tools/vmm/saved-state.ts';
import { withContent } from '../../vm/content-lock.ts';
import { boundSpec } from '../../vm/definition/bind-vm.ts';
import { validateRequest } from '../../vm/definition/create-vm.ts';
import { keepSnapshot, snapshotFilesIn } from '../../vm/disks/snapshot-files.ts';
import { snapshotNameInvalid, snapshotNameTaken } from '../../vm/errors.ts';
import { assertMachine } from '../../vm/launch/vm-machine.ts';
import { lockSnapshot } from '../../vm/steps/place-snapshot.ts';
import { vmmOf } from '../../vm/vmm-of.ts';
import { importNotAllowed } from '../archive/errors.ts';
import { planImport } from '../archive/plan-import.ts';
import { type ContentPorts, ensureKernel } from '../archive/sent-content.ts';
import { usedBytes } from '../space/used-bytes.ts';
import { type PartName, parseArtifactManifest } from './artifact-manifest.ts';
import { assertMachineFits } from './assert-machine-fits.ts';
import { artifactInvalid, baseDiskUnfit } from './errors.ts';
import { fileDigest } from './file-digest.ts';
import { type SnapshotConfig, parseSnapshotConfig } from './snapshot-config.ts';
import { type PackedPart, unpackPart, unpackToFile } from './unpack-part.ts';

/** Brings the image of a snapshot to this host. It goes again if what follows fails. */
export type BringSnapshotImage = (image: SnapshotConfig['image'], undo: Rollback) => Promise<Image>;

interface Adoption {
  readonly artifact: BroughtArtifact;
  /** An empty folder to work in, on the file system of the snapshots. */
  readonly dir: string;
  readonly bringImage: BringSnapshotImage;
}

/**
 * Makes an artifact, which a stranger may have written, a snapshot of this host. All is checked before it is kept, and the object is
 * stored last; if that fails, nothing of it remains.
 * @throws CodedError SNAPSHOT_ARTIFACT_INVALID, SNAPSHOT_UNFIT, SNAPSHOT_NAME_TAKEN, IMPORT_NOT_ALLOWED, DISK_FULL
 */
export async function adoptArtifact(
  { artifact, dir, bringImage }: Adoption,
  request: BringSnapshotRequest,
  host: ContentPorts,
  op: ClientOperation,
): Promise<Snapshot> {
  const { signal, report } = op;
  const sent = await readArtifact(artifact);
  const { config, part } = sent;
  const { namespace = 'default', name = config.name } = request;
  await assertNameFree(namespace, name, host);
  const { refused } = planImport({ spec: config.vmSpec, labels: {}, annotations: {} }, request.allow ?? []);
  if (refused.length > 0) throw importNotAllowed(refused);
  const spec = boundSpec((await validateRequest({ spec: config.vmSpec })).spec, host.self);
  const vmm = vmmOf({ spec }, host);
  assertMachine(spec, config.arch, vmm);
  if (vmm.capabilities.diskFormats[0] !== config.disk.format)
    throw artifactInvalid(`its disk is ${config.disk.format}, which ${vmm.name} does not use`);
  const traits = request.diskOnly === true ? undefined : config.traits;
  if (traits) await assertMachineFits(traits, { arch: config.arch, vmm }, host, signal);
  const size = Object.values(config.parts).reduce((sum, each) => sum + each, 0);
  await assertDiskTakes(bytes(size), host.paths, `unpack snapshot "${name}"`);
  await using undo = new Rollback((failure) =>
    report({ kind: 'warning', message: `files of the snapshot could not be removed: ${errorText(failure)}` }),
  );
  const draft = join(dir, 'snapshot');
  await mkdir(draft, { mode: 0o700 });
  report({ kind: 'step', message: `Unpacking snapshot "${name}"` });
  const files = snapshotFilesIn(draft, config.disk.format);
  await unpackToFile(part('disk'), files.disk, signal);
  await assertDisk(files.disk, config, host, signal);
  const kernel = await adoptSentKernel(sent, join(dir, 'kernel'), undo, host, signal);
  const image = await bringImage(config.image, undo);
  await assertBase(image, config, signal);
  if (traits) {
    await unpackToFile(part('exit-status'), files.exitStatus, signal);
    await unpackState(sent, { ...traits, kernel: kernel.status.id }, files.savedState, signal);
  }
  const uid = newUid();
  using _lock = await lockSnapshot(uid, host, signal);
  const place = snapshotDir(host.paths, uid);
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  undo.defer(() => rm(place, { recursive: true, force: true }));
  await keepSnapshot(draft, place);
  const snapshot = await withContent({ image, kernel }, host, signal, async () =>
    snapshotsIn(host.objects).create({
      metadata: { namespace, name, uid, labels: {}, annotations: {}, finalizers: [snapshotFinalizer] },
      spec: { vmName: config.vmName },
      status: {
        vmUid: config.vmUid,
        vmSpec: { ...spec, image: { ...spec.image, oci: image.spec.oci } },
        arch: config.arch,
        image: { digest: image.status.digest, bootMode: image.status.bootMode },
        kernel: { id: kernel.status.id, version: kernel.status.version },
        holds: traits ? 'Machine' : 'Disk',
        ...(traits || config.message === undefined ? {} : { message: config.message }),
        size: await usedBytes(place),
      },
    }),
  );
  undo.commit();
  const message = `of VM "${config.vmName}", ${artifact.digest}`;
  await recordEvent(host.objects, snapshot, { reason: 'Imported', message }, uid);
  return snapshot;
}

/** @throws CodedError SNAPSHOT_INVALID, SNAPSHOT_NAME_TAKEN */
async function assertNameFree(namespace: string, name: string, { objects }: ContentPorts): Promise<void> {
  if (!isDnsLabel(name)) throw snapshotNameInvalid(name);
  await assertNamespaceStays(objects, namespace);
  if (await snapshotsIn(objects).find({ namespace, name })) throw snapshotNameTaken(name);
}

interface SentSnapshot {
  readonly config: SnapshotConfig;
  readonly part: (name: PartName) => PackedPart;
}

async function readArtifact({ layout, manifest }: BroughtArtifact): Promise<SentSnapshot> {
  const { config, parts } = parseArtifactManifest(manifest);
  const said = parseSnapshotConfig(
    await readFile(blobPath(layout, config.digest), 'utf8'),
    new Set(parts.keys()),
  );
  return {
    config: said,
    part: (name) => ({ name, path: blobPath(layout, parts.get(name)!.digest), size: said.parts[name]! }),
  };
}

/** A stranger's disk must refer to nothing but the disk of its image, or a guest could read other files of this host. */
async function assertDisk(
  path: string,
  { disk }: SnapshotConfig,
  { runner }: ContentPorts,
  signal: AbortSignal,
): Promise<void> {
  if (disk.format === 'raw') return;
  const found = await diskInfo(path, runner, signal);
  const base = disk.base === undefined ? undefined : shownBase;
  if (found.format !== 'qcow2' || found.size !== disk.size || found.refersTo !== base || found.base !== base)
    throw artifactInvalid('its disk is not as its config says');
}

/** @throws CodedError SNAPSHOT_UNFIT if the disk of the snapshot is based on another disk of its image than that of this host */
async function assertBase(image: Image, { disk }: SnapshotConfig, signal: AbortSignal): Promise<void> {
  if (disk.base === undefined) return;
  if ((await fileDigest(image.status.baseDisk.path, signal)) !== disk.base)
    throw baseDiskUnfit(shownName(image));
}

async function adoptSentKernel(
  { config, part }: SentSnapshot,
  dir: string,
  undo: Rollback,
  host: ContentPorts,
  signal: AbortSignal,
): Promise<Kernel> {
  await mkdir(dir, { mode: 0o700 });
  for (const file of kernelFiles) await unpackToFile(part(file), join(dir, file), signal);
  if (!(await holdsKernel(dir, config.kernel.id))) throw artifactInvalid('its kernel does not match its ID');
  return await ensureKernel(config.kernel, dir, undo, host, signal);
}

async function unpackState(
  { config, part }: SentSnapshot,
  traits: Readonly<Record<string, string>>,
  dir: string,
  signal: AbortSignal,
): Promise<void> {
  const machine = part('machine');
  const memory = config.parts.memory === undefined ? undefined : part('memory');
  await writeSavedState(
    dir,
    { traits, limit: bytes(machine.size) },
    async (target) => await unpackPart(machine, target, signal),
    memory && { size: bytes(memory.size), copy: (path) => unpackToFile(memory, path, signal) },
  );
}
