import { access, chmod, mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import { uidAnnotation } from '@ignite/api/v1/uid-annotation';
import type { Vm } from '@ignite/api/v1/vm';
import { sourceOf } from '@ignite/api/v1/vm-storage';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { unpackForeign } from '../guest/tar.ts';
import { locksDir, vmFiles } from '../host/paths.ts';
import type { KernelDeps } from '../kernel/assemble-kernel.ts';
import { holdsKernel, kernelFiles } from '../kernel/kernel-folder.ts';
import { adoptKernel } from '../kernel/kernel-objects.ts';
import { importAndRecord } from '../oci/image-objects.ts';
import type { ImageDeps } from '../oci/import-image.ts';
import { parsePlatform } from '../oci/platform.ts';
import { convertToRaw, diskInfo } from '../rootfs/qemu-img.ts';
import { listImages, listVms } from '../store/list-objects.ts';
import { newVmUid, storeVm, validateRequest } from '../vm/definition/create-vm.ts';
import { vmDisk } from '../vm/disks/vm-disk.ts';
import { nameTaken } from '../vm/errors.ts';
import { assertMachine } from '../vm/launch/vm-machine.ts';
import type { VmHost } from '../vm/vm-host.ts';
import { vmmOf } from '../vm/vmm-of.ts';
import { archiveInvalid } from './errors.ts';
import { type VmArchive, parseVmArchive } from './vm-archive.ts';

type ImportHost = VmHost & ImageDeps & KernelDeps;

const longestManifest = 2 ** 20;

/** Makes a VM of an archive. Everything is looked at before anything is made; the VM comes last. */
export async function importVm(
  archive: Readable,
  request: { readonly name?: string },
  host: ImportHost,
  op: ClientOperation,
): Promise<Vm> {
  using _lock = await acquireLock(locksDir(host.paths), 'import', op.signal);
  await using work = await openWorkspace(join(host.paths.dataDir, 'scratch'), 'import-');
  op.report({ kind: 'step', message: 'Reading the archive' });
  await unpack(archive, work.path, op.signal);
  const found = await readArchive(work.path, host, op.signal);
  const { labels, annotations: archived } = found;
  const { [uidAnnotation]: _uid, ...annotations } = archived; // of the VM that it was made of
  const wanted = { name: request.name ?? found.name, spec: found.spec, labels, annotations };
  const { name, spec } = await validateRequest(wanted);
  assertMachine(spec, found.kernel.arch, vmmOf({ spec }, host));
  if ((await listVms(host.store)).some((vm) => vm.metadata.name === name)) throw nameTaken(name);
  const image = await ensureArchived(found, join(work.path, 'image'), host, op);
  const kernel = await adoptKernel(join(work.path, 'kernel'), found.kernel, host, op.signal);
  warnOfHostPaths(found, op);
  const uid = newVmUid(await listVms(host.store));
  const files = vmFiles(host.paths, uid);
  // Before the VM is known: one without a disk would be given that of its image at its first start.
  await mkdir(files.dir, { recursive: true, mode: 0o711 });
  try {
    await placeDisk(join(work.path, 'disk.qcow2'), { metadata: { uid }, spec }, host, op.signal);
    return await storeVm(
      { name, uid, spec, arch: kernel.status.arch, image, kernel },
      { ...wanted, spec },
      host,
      op.signal,
    );
  } catch (failure) {
    await rm(files.dir, { recursive: true, force: true });
    throw failure;
  }
}

/** An archive's disk is a qcow2; a VM's is what its VMM knows. */
async function placeDisk(
  archived: string,
  vm: Parameters<typeof vmDisk>[0],
  host: ImportHost,
  signal: AbortSignal,
): Promise<void> {
  const { path, format } = vmDisk(vm, host);
  if (format === 'qcow2') await rename(archived, path);
  else await convertToRaw({ path: archived, format: 'qcow2' }, path, host.runner, signal);
  await chmod(path, 0o600);
}

async function unpack(archive: Readable, dir: string, signal: AbortSignal): Promise<void> {
  try {
    await runPipeline([unpackForeign(dir)], { input: archive }, signal);
  } catch (failure) {
    throw failure instanceof ToolFailedError ? archiveInvalid('it cannot be unpacked', failure) : failure;
  }
  await assertPlain(dir);
}

/**
 * Links, pipes and devices would have us take what is elsewhere for a part of the archive.
 * @throws CodedError VM_ARCHIVE_INVALID
 */
export async function assertPlain(dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (odd) throw archiveInvalid(`${odd.name} in it is neither a file nor a folder`);
}

async function readArchive(dir: string, { runner }: ImportHost, signal: AbortSignal): Promise<VmArchive> {
  const path = join(dir, 'ignite.json');
  const found = await stat(path).catch((failure: unknown) => {
    throw archiveInvalid('it has no ignite.json', failure);
  });
  if (found.size > longestManifest) throw archiveInvalid('its ignite.json is too large');
  const json = await readFile(path, 'utf8');
  const archive = parseVmArchive(json);
  try {
    const disk = await diskInfo(join(dir, 'disk.qcow2'), runner, signal);
    // A disk of a stranger that names another file would have us read that file to the guest.
    if (disk.refersTo !== undefined) throw archiveInvalid(`its disk refers to ${disk.refersTo}`);
    if (disk.format !== 'qcow2' || disk.size !== archive.spec.diskSize)
      throw archiveInvalid(`its disk is not a qcow2 of ${archive.spec.diskSize} bytes`);
    for (const name of kernelFiles) await access(join(dir, 'kernel', name));
    if (!(await holdsKernel(join(dir, 'kernel'), archive.kernel.id)))
      throw archiveInvalid('its kernel is not what its id promises');
  } catch (failure) {
    if (failure instanceof ToolFailedError || (failure as NodeJS.ErrnoException).code === 'ENOENT')
      throw archiveInvalid(errorText(failure), failure);
    throw failure;
  }
  return archive;
}

async function ensureArchived(
  { image }: VmArchive,
  layout: string,
  host: ImportHost,
  op: ClientOperation,
): Promise<Image> {
  const images = await listImages(host.store);
  const known = images.find(({ status }) => status.digest === image.digest);
  if (known) return known;
  // An image of that name that is here stays the one that its name means.
  const isTaken = images.some(({ spec }) => spec.oci === image.reference);
  const name = isTaken ? `image-${image.digest.slice(7, 19)}:latest` : image.reference;
  const source = { transport: 'oci' as const, location: `oci:${layout}:image`, name };
  const imported = await importAndRecord(
    { source, platform: parsePlatform(image.platform) },
    host,
    host.store,
    op,
  );
  if (imported.status.digest !== image.digest) throw archiveInvalid(`its image is not ${image.digest}`);
  return imported;
}

/** What a VM uses of its host is the wish of whoever wrote the archive. */
function warnOfHostPaths({ spec }: VmArchive, { report }: ClientOperation): void {
  const volumes = (spec.storage?.volumes ?? []).map(sourceOf);
  const paths = [
    ...volumes.flatMap((source) => ('path' in source ? [source.path] : [])),
    ...spec.copyFiles.map(({ hostPath }) => hostPath),
  ];
  if (paths.length > 0)
    report({ kind: 'warning', message: `when it starts, the VM is given of this host: ${paths.join(', ')}` });
}
