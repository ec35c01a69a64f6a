import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import type { Kernel, KernelSpec } from '@ignite/api/v1/kernel';
import { referenceName } from '@ignite/api/v1/reference-name';
import { shownName } from '@ignite/api/v1/shown-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { newUid } from '@ignite/toolkit/object/uid';
import { recordEvent } from '../events/record-event.ts';
import { kernelDir, locksDir } from '../host/paths.ts';
import { type Imported, findImported, importName } from '../oci/arch-name.ts';
import { bringImage } from '../oci/bring-image.ts';
import { describeImage } from '../oci/image-config.ts';
import { type ImageRequest, parseImportRequest } from '../oci/image-objects.ts';
import type { ImageDeps } from '../oci/import-image.ts';
import type { ImportRequest } from '../oci/import-request.ts';
import { lockLayout } from '../oci/layout-lock.ts';
import { type UnpackedImage, unpackImage } from '../oci/umoci.ts';
import { kernelsIn } from '../store/kind-clients.ts';
import { listKernels } from '../store/list-objects.ts';
import { type BuiltKernel, type KernelDeps, assembleKernel } from './assemble-kernel.ts';
import { buildDebianKernel, kernelPackage } from './debian-kernel.ts';
import { kernelArchMismatch, kernelNotHad } from './errors.ts';
import { adoptedKernelId, moveKernelFiles, placeKernelFolder } from './kernel-folder.ts';

/** Returns the default kernel for VMs of `arch` that name none. It is built on first use. */
async function ensureDefaultKernel(
  arch: Arch,
  deps: KernelDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Kernel> {
  const known = await defaultKernel(arch, objects);
  if (known) return known;
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  return (await defaultKernel(arch, objects)) ?? (await buildAndRecord(arch, deps, objects, op));
}

/** Returns the kernel that a VM asks for, or the default one. */
export async function kernelFor(
  oci: string | undefined,
  request: ImageRequest & { readonly arch: Arch },
  deps: KernelDeps & ImageDeps & { readonly objects: ObjectClient },
  op: ClientOperation,
): Promise<Kernel> {
  return oci === undefined
    ? await ensureDefaultKernel(request.arch, deps, deps.objects, op)
    : await ensureKernel(parseImportRequest(oci, request), deps, deps.objects, op);
}

export async function buildKernelObject(
  arch: Arch,
  deps: KernelDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Kernel> {
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  return await buildAndRecord(arch, deps, objects, op);
}

async function buildAndRecord(
  arch: Arch,
  deps: KernelDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Kernel> {
  return await recordKernel(kernelPackage(arch), {}, await buildDebianKernel(arch, deps, op), objects);
}

async function ensureKernel(
  request: ImportRequest,
  deps: KernelDeps & ImageDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Kernel> {
  const { name } = request.source;
  const { arch } = request.platform;
  const kernels = (await listKernels(objects)).map(asImported);
  const known = findImported(name, arch, kernels);
  if (known) return known.kernel;
  try {
    return await importKernelObject(request, deps, objects, op);
  } catch (failure) {
    op.signal.throwIfAborted();
    const other = kernels.find(({ ref }) => ref === name)?.kernel.status.arch;
    if (hasCode(failure, 'KERNEL_ARCH_MISMATCH')) throw failure;
    if (other === undefined) throw kernelNotHad(name, failure);
    throw kernelArchMismatch(name, { wanted: arch, found: other }, failure);
  }
}

const asImported = (kernel: Kernel): Imported & { readonly kernel: Kernel } => ({
  name: shownName(kernel),
  ...(kernel.spec.oci !== undefined && { ref: kernel.spec.oci }),
  arch: kernel.status.arch,
  kernel,
});

/**
 * Imports the kernel of an image with `/boot/vmlinux` and `/lib/modules`, the form of the original's kernel
 * images.
 */
export async function importKernelObject(
  request: ImportRequest,
  deps: KernelDeps & ImageDeps,
  objects: ObjectClient,
  op: ClientOperation,
): Promise<Kernel> {
  const source = request.source.name;
  const { arch } = request.platform;
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  await using unpacked = await unpackKernelImage(request, deps, op);
  op.report({ kind: 'step', message: `Building a kernel from ${source}` });
  const built = await assembleKernel({ root: unpacked.root, source, arch }, deps, op);
  const name = importName(source, arch, (await listKernels(objects)).map(asImported));
  return await recordKernel(name, { oci: source }, built, objects);
}

async function unpackKernelImage(
  request: ImportRequest,
  deps: KernelDeps & ImageDeps,
  op: ClientOperation,
): Promise<UnpackedImage> {
  const { paths, runner } = deps;
  const { signal } = op;
  const { name } = request.source;
  const { maxSize } = request;
  using _lock = await lockLayout(paths, signal);
  await using image = await bringImage(request, deps, op);
  const { layers } = await describeImage(image.layout, image.digest, name);
  const unpack = { image, layers, name, ...(maxSize && { maxSize }), scratch: 'kernel' };
  return await unpackImage(unpack, paths, runner, op);
}

/**
 * Removes a kernel object, and its files with the last object that has them. No VM may use it. The caller
 * holds the kernel lock.
 */
export async function removeKernelObject(
  kernel: Kernel,
  deps: KernelDeps,
  objects: ObjectClient,
): Promise<void> {
  await kernelsIn(objects).delete(kernel.metadata);
  const shared = (await listKernels(objects)).some(({ status }) => status.id === kernel.status.id);
  if (!shared) await rm(kernelDir(deps.paths, kernel.status.id), { recursive: true, force: true });
  await recordEvent(objects, kernel, { reason: 'Removed', message: kernel.status.version }, 'removed');
}

async function defaultKernel(arch: Arch, objects: ObjectClient): Promise<Kernel | undefined> {
  return await kernelsIn(objects).find({ name: kernelPackage(arch) });
}

async function recordKernel(
  name: string,
  spec: Pick<KernelSpec, 'oci'>,
  built: BuiltKernel,
  objects: ObjectClient,
): Promise<Kernel> {
  const kernels = kernelsIn(objects);
  const key = { name: referenceName(name) };
  const kernel = await kernels.modifyOrCreate(
    () => kernels.modifyStatus(key, (known) => ({ ...known, status: built })),
    { metadata: { ...key, uid: newUid() }, spec: { reference: name, ...spec }, status: built },
  );
  const message = `${built.version} for ${built.arch}`;
  await recordEvent(objects, kernel, { reason: 'Imported', message }, kernel.metadata.resourceVersion);
  return kernel;
}

/**
 * Takes over a folder with a kernel that another host has made, unless this host has that kernel. It gets a
 * name of its own, so no VM gets it that asks for another kernel or for none.
 */
export async function adoptKernel(
  dir: string,
  { name, ...built }: Omit<BuiltKernel, 'size'> & { readonly name: string },
  deps: KernelDeps & { readonly objects: ObjectClient },
  signal: AbortSignal,
): Promise<Kernel> {
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', signal);
  const id = await adoptedKernelId(dir);
  const kernels = await listKernels(deps.objects);
  const known = kernels.find(({ status }) => status.id === built.id || status.id === id);
  if (known) return known;
  const target = kernelDir(deps.paths, id);
  await using draft = await openWorkspace(dirname(target), 'draft-');
  await moveKernelFiles(dir, draft.path);
  const size = await placeKernelFolder(draft.path, target);
  const ownName = `${name.replace(/@[0-9a-f]{12}$/, '')}@${id.slice(0, 12)}`;
  return await recordKernel(ownName, {}, { ...built, id, size }, deps.objects);
}
