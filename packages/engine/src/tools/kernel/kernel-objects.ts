import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import type { Kernel, KernelSpec } from '@ignite/api/v1/kernel';
import { referenceName } from '@ignite/api/v1/reference-name';
import { shownName } from '@ignite/api/v1/shown-name';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { newUid } from '@ignite/toolkit/object/uid';
import type { ObjectStore } from '@ignite/toolkit/store/store';
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
import { kernelStore } from '../store/kind-stores.ts';
import { listKernels } from '../store/list-objects.ts';
import { type BuiltKernel, type KernelDeps, assembleKernel } from './assemble-kernel.ts';
import { buildDebianKernel, kernelPackage } from './debian-kernel.ts';
import { kernelArchMismatch, kernelNotHad } from './errors.ts';
import { adoptedKernelId, moveKernelFiles, placeKernelFolder } from './kernel-folder.ts';

/** Returns the default kernel for VMs of `arch` that name none. It is built on first use. */
async function ensureDefaultKernel(
  arch: Arch,
  deps: KernelDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  const known = await defaultKernel(arch, store);
  if (known) return known;
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  return (await defaultKernel(arch, store)) ?? (await buildAndRecord(arch, deps, store, op));
}

/** Returns the kernel that a VM asks for, or the default one. */
export async function kernelFor(
  oci: string | undefined,
  request: ImageRequest & { readonly arch: Arch },
  deps: KernelDeps & ImageDeps & { readonly store: ObjectStore },
  op: ClientOperation,
): Promise<Kernel> {
  return oci === undefined
    ? await ensureDefaultKernel(request.arch, deps, deps.store, op)
    : await ensureKernel(parseImportRequest(oci, request), deps, deps.store, op);
}

export async function buildKernelObject(
  arch: Arch,
  deps: KernelDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  return await buildAndRecord(arch, deps, store, op);
}

async function buildAndRecord(
  arch: Arch,
  deps: KernelDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  return await recordKernel(kernelPackage(arch), {}, await buildDebianKernel(arch, deps, op), store);
}

async function ensureKernel(
  request: ImportRequest,
  deps: KernelDeps & ImageDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  const { name } = request.source;
  const { arch } = request.platform;
  const kernels = (await listKernels(store)).map(asImported);
  const known = findImported(name, arch, kernels);
  if (known) return known.kernel;
  try {
    return await importKernelObject(request, deps, store, op);
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
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  const source = request.source.name;
  const { arch } = request.platform;
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  await using unpacked = await unpackKernelImage(request, deps, op);
  op.report({ kind: 'step', message: `Building a kernel from ${source}` });
  const built = await assembleKernel({ root: unpacked.root, source, arch }, deps, op.signal);
  const name = importName(source, arch, (await listKernels(store)).map(asImported));
  return await recordKernel(name, { oci: source }, built, store);
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
  store: ObjectStore,
): Promise<void> {
  await kernelStore(store).delete(kernel.metadata);
  const shared = (await listKernels(store)).some(({ status }) => status.id === kernel.status.id);
  if (!shared) await rm(kernelDir(deps.paths, kernel.status.id), { recursive: true, force: true });
  await recordEvent(store, kernel, { reason: 'Removed', message: kernel.status.version }, 'removed');
}

async function defaultKernel(arch: Arch, store: ObjectStore): Promise<Kernel | undefined> {
  return await kernelStore(store).find({ name: kernelPackage(arch) });
}

async function recordKernel(
  name: string,
  spec: Pick<KernelSpec, 'oci'>,
  built: BuiltKernel,
  store: ObjectStore,
): Promise<Kernel> {
  const kernel = await kernelStore(store).createOrModify(
    {
      metadata: { name: referenceName(name), uid: newUid() },
      spec: { reference: name, ...spec },
      status: built,
    },
    (known) => ({ ...known, status: built }),
  );
  const message = `${built.version} for ${built.arch}`;
  await recordEvent(store, kernel, { reason: 'Imported', message }, kernel.metadata.resourceVersion);
  return kernel;
}

/**
 * Takes over a folder with a kernel that another host has made, unless this host has that kernel. It gets a
 * name of its own, so no VM gets it that asks for another kernel or for none.
 */
export async function adoptKernel(
  dir: string,
  { name, ...built }: Omit<BuiltKernel, 'size'> & { readonly name: string },
  deps: KernelDeps & { readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<Kernel> {
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', signal);
  const id = await adoptedKernelId(dir);
  const kernels = await listKernels(deps.store);
  const known = kernels.find(({ status }) => status.id === built.id || status.id === id);
  if (known) return known;
  const target = kernelDir(deps.paths, id);
  await using draft = await openWorkspace(dirname(target), 'draft-');
  await moveKernelFiles(dir, draft.path);
  const size = await placeKernelFolder(draft.path, target);
  const ownName = `${name.replace(/@[0-9a-f]{12}$/, '')}@${id.slice(0, 12)}`;
  return await recordKernel(ownName, {}, { ...built, id, size }, deps.store);
}
