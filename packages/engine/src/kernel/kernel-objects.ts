import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/client';
import { apiVersion } from '@ignite/api/v1/group';
import type { Kernel } from '@ignite/api/v1/kernel';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { newUid } from '@ignite/toolkit/object/uid';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { kernelDir, layoutDir, locksDir } from '../host/paths.ts';
import type { ImageDeps, ImportRequest } from '../oci/import-image.ts';
import { layoutTag } from '../oci/import-image.ts';
import { pullImage } from '../oci/skopeo.ts';
import { listKernels } from '../vm/vm-store.ts';
import { type BuiltKernel, type KernelDeps, assembleKernel } from './assemble-kernel.ts';
import { buildDebianKernel, kernelPackage } from './debian-kernel.ts';

/** The kernel that VMs get which name none: made on first use. */
export async function ensureDefaultKernel(
  deps: KernelDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  const known = await defaultKernel(store);
  if (known) return known;
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  return (
    (await defaultKernel(store)) ??
    (await recordKernel(kernelPackage, undefined, await buildDebianKernel(deps, op), store))
  );
}

export async function buildKernelObject(
  deps: KernelDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  return await recordKernel(kernelPackage, undefined, await buildDebianKernel(deps, op), store);
}

export async function ensureKernel(
  request: ImportRequest,
  deps: KernelDeps & ImageDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  const known = (await listKernels(store)).find(({ metadata }) => metadata.name === request.source.name);
  return known ?? (await importKernelObject(request, deps, store, op));
}

/** Takes the kernel out of an image with `/boot/vmlinux` and `/lib/modules`, as the original's kernel images have it. */
export async function importKernelObject(
  request: ImportRequest,
  deps: KernelDeps & ImageDeps,
  store: ObjectStore,
  op: ClientOperation,
): Promise<Kernel> {
  const { source } = request;
  const dir = await mkdtemp(join(tmpdir(), 'ignite-kernel-'));
  try {
    const root = join(dir, 'root');
    {
      using _lock = await acquireLock(locksDir(deps.paths), 'oci-layout', op.signal);
      op.report({ kind: 'step', message: `Pulling ${source.name}` });
      const layout = layoutDir(deps.paths);
      const tag = `kernel-${layoutTag(source.name)}`;
      await pullImage(
        { ...request, layout, tag, insecureRegistries: deps.insecureRegistries },
        deps.runner,
        op.signal,
      );
      await deps.runner.run(
        { tool: 'umoci', args: ['raw', 'unpack', '--image', `${layout}:${tag}`, root] },
        op.signal,
      );
      await deps.runner.run({ tool: 'umoci', args: ['rm', '--image', `${layout}:${tag}`] }, op.signal);
      await deps.runner.run({ tool: 'umoci', args: ['gc', '--layout', layout] }, op.signal);
    }
    op.report({ kind: 'step', message: `Making a kernel of ${source.name}` });
    const built = await assembleKernel(root, source.name, deps, op.signal);
    return await recordKernel(source.name, source.name, built, store);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export async function removeKernelObject(
  kernel: Kernel,
  deps: KernelDeps,
  store: ObjectStore,
): Promise<void> {
  await store.delete({ kind: 'Kernel', name: kernel.metadata.name });
  const shared = (await listKernels(store)).some(({ status }) => status.id === kernel.status.id);
  if (!shared) await rm(kernelDir(deps.paths, kernel.status.id), { recursive: true, force: true });
}

async function defaultKernel(store: ObjectStore): Promise<Kernel | undefined> {
  return (await listKernels(store)).find(({ metadata }) => metadata.name === kernelPackage);
}

async function recordKernel(
  name: string,
  oci: string | undefined,
  built: BuiltKernel,
  store: ObjectStore,
): Promise<Kernel> {
  for (;;) {
    const known = (await listKernels(store)).find(({ metadata }) => metadata.name === name);
    try {
      if (known) return (await store.update({ ...known, status: built })) as Kernel;
      const spec = oci === undefined ? {} : { oci };
      return (await store.create({
        apiVersion,
        kind: 'Kernel',
        metadata: { name, uid: newUid() },
        spec,
        status: built,
      })) as Kernel;
    } catch (failure) {
      if (!hasCode(failure, 'CONFLICT') && !hasCode(failure, 'ALREADY_EXISTS')) throw failure; // someone else was quicker
    }
  }
}
