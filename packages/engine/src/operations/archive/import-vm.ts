import { access, chmod, lstat, mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ImportVmRequest } from '@ignite/api/client/archive-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { Rollback } from '@ignite/toolkit/async/rollback';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { refusedOf, unpackForeign } from '../../tools/guest/tar.ts';
import { locksDir, vmFiles } from '../../tools/host/paths.ts';
import { holdsKernel, kernelFiles } from '../../tools/kernel/kernel-folder.ts';
import { convertToRaw, diskInfo } from '../../tools/rootfs/qemu-img.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { boundSpec } from '../../vm/definition/bind-vm.ts';
import { newVmUid, storeVm, validateRequest } from '../../vm/definition/create-vm.ts';
import { vmDisk } from '../../vm/disks/vm-disk.ts';
import { nameTaken } from '../../vm/errors.ts';
import { assertMachine } from '../../vm/launch/vm-machine.ts';
import { vmmOf } from '../../vm/vmm-of.ts';
import { archiveInvalid, importNotAllowed } from './errors.ts';
import { planImport } from './plan-import.ts';
import { type ContentPorts, ensureArchived, ensureKernel } from './sent-content.ts';
import { type VmArchive, parseVmArchive } from './vm-archive.ts';

const longestManifest = 2 ** 20;

/**
 * Creates a VM from an archive. Everything is checked before anything is created. The VM object is created
 * last; if that fails, nothing of the archive remains.
 * @throws CodedError VM_ARCHIVE_INVALID, IMPORT_NOT_ALLOWED
 */
export async function importVm(
  archive: Readable,
  request: ImportVmRequest,
  host: ContentPorts,
  op: ClientOperation,
): Promise<Vm> {
  using _lock = await acquireLock(locksDir(host.paths), 'import', op.signal);
  await using work = await openWorkspace(join(host.paths.dataDir, 'scratch'), 'import-');
  op.report({ kind: 'step', message: 'Reading the archive' });
  await unpack(archive, work.path, op.signal);
  const found = await readManifest(work.path);
  const { refused, labels, annotations, dropped } = planImport(found, request.allow ?? []);
  if (refused.length > 0) throw importNotAllowed(refused);
  await assertWhole(found, work.path, host, op.signal);
  const { namespace = 'default' } = request;
  const wanted = {
    namespace,
    name: request.name ?? found.name,
    spec: movedHere(found, host),
    labels,
    annotations,
  };
  const { name, spec } = await validateRequest(wanted);
  assertMachine(spec, found.kernel.arch, vmmOf({ spec }, host));
  if (
    (await listOwnVms(host)).some(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    )
  )
    throw nameTaken(name);
  if (dropped.length > 0)
    op.report({ kind: 'warning', message: `not imported from the archive: ${dropped.join(', ')}` });
  await using undo = new Rollback((failure) =>
    op.report({
      kind: 'warning',
      message: `files of the archive could not be removed: ${errorText(failure)}`,
    }),
  );
  const location = `oci:${join(work.path, 'image')}:image`;
  const image = await ensureArchived(found.image, location, archiveInvalid, undo, host, op);
  const kernel = await ensureKernel(found.kernel, join(work.path, 'kernel'), undo, host, op.signal);
  const uid = newVmUid(await listOwnVms(host));
  const files = vmFiles(host.paths, uid);
  undo.defer(() => rm(files.dir, { recursive: true, force: true }));
  // The files are placed before the VM object exists: a VM without a disk would get a new disk from its image
  // at its first start.
  await mkdir(files.dir, { recursive: true, mode: 0o711 });
  await placeDisk(join(work.path, 'disk.qcow2'), { metadata: { uid }, spec }, host, op.signal);
  const vm = await storeVm(
    { name, uid, spec: { ...spec, power: 'Stopped' }, made: { image, kernel } },
    { ...wanted, spec },
    host,
    op.signal,
  );
  undo.commit();
  return vm;
}

/** The VM is bound to this host, whatever host it was exported from. */
const movedHere = ({ spec: { hostName: _from, ...spec } }: VmArchive, { self }: ContentPorts): VmSpec =>
  boundSpec(spec, self);

/** Places the disk, which is qcow2 in an archive, in the format that the VM's VMM supports. */
async function placeDisk(
  archived: string,
  vm: Parameters<typeof vmDisk>[0],
  host: ContentPorts,
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
    if (!(failure instanceof ToolFailedError)) throw failure;
    throw archiveInvalid(refusedOf(failure.stderr) ?? 'it cannot be unpacked', failure);
  }
  await assertPlain(dir);
}

/**
 * Checks that a folder contains only files and folders. A link, pipe or device could make this program read
 * something from outside the archive, or one part for another.
 * @throws CodedError VM_ARCHIVE_INVALID
 */
export async function assertPlain(dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((failure: unknown) => {
    throw archiveInvalid('its directories cannot be read', failure); // one that is too deep, say
  });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const found = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined);
    if (!found?.isFile() || found.nlink > 1)
      throw archiveInvalid(`${entry.name} in it is neither a regular file nor a directory`);
  }
}

async function readManifest(dir: string): Promise<VmArchive> {
  const path = join(dir, 'ignite.json');
  const found = await stat(path).catch((failure: unknown) => {
    throw archiveInvalid('it has no ignite.json', failure);
  });
  if (found.size > longestManifest) throw archiveInvalid('its ignite.json is too large');
  return parseVmArchive(await readFile(path, 'utf8'));
}

/**
 * Checks the parts of an unpacked archive.
 * @throws CodedError VM_ARCHIVE_INVALID
 */
async function assertWhole(
  archive: VmArchive,
  dir: string,
  { runner }: ContentPorts,
  signal: AbortSignal,
): Promise<void> {
  try {
    const disk = await diskInfo(join(dir, 'disk.qcow2'), runner, signal);
    // If a stranger's disk could refer to another file, the guest could read that file of the host.
    if (disk.refersTo !== undefined) throw archiveInvalid(`its disk refers to ${disk.refersTo}`);
    if (disk.format !== 'qcow2' || disk.size !== archive.spec.diskSize)
      throw archiveInvalid(`its disk is not a qcow2 of ${archive.spec.diskSize} bytes`);
    for (const name of kernelFiles) await access(join(dir, 'kernel', name));
    if (!(await holdsKernel(join(dir, 'kernel'), archive.kernel.id)))
      throw archiveInvalid('its kernel does not match its ID');
  } catch (failure) {
    if (failure instanceof ToolFailedError || (failure as NodeJS.ErrnoException).code === 'ENOENT')
      throw archiveInvalid(errorText(failure), failure);
    throw failure;
  }
}
