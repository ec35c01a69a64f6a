import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { KernelSpec } from '@ignite/api/v1/kernel';
import { referenceName } from '@ignite/api/v1/reference-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '@ignite/engine/tools/host/arch';
import { locksDir } from '@ignite/engine/tools/host/paths';
import { fitsInMemory, memoryFacts, openScratch } from '@ignite/engine/tools/host/scratch';
import { type KernelDeps, assembleKernel } from '@ignite/engine/tools/kernel/assemble-kernel';
import { kernelsIn } from '@ignite/engine/tools/store/kind-clients';
import { unpackTar } from '@ignite/engine/tools/oci/tar';
import { type LegacyObject, legacyMetadata } from './legacy-tree.ts';

/** An upper bound of the unpacked size of the original's kernels. */
const unpackedSize = bytes(400 * 2 ** 20);

/** The name of the scratch folder that a kernel is unpacked into. */
export const legacyKernelScratch = 'legacy-kernel';

/** Imports a kernel of the original, under `name`. */
export async function importLegacyKernel(
  kernel: LegacyObject,
  name: string,
  deps: KernelDeps & { readonly objects: ObjectClient },
  op: ClientOperation,
): Promise<void> {
  op.report({ kind: 'step', message: `Building a kernel from ${kernel.name}` });
  using _lock = await acquireLock(locksDir(deps.paths), 'kernel', op.signal);
  await using scratch = await openScratch(
    deps.paths,
    legacyKernelScratch,
    fitsInMemory(unpackedSize, await memoryFacts()),
    op.report,
  );
  const root = join(scratch.path, 'root');
  await mkdir(root);
  await unpackTar(join(kernel.dir, 'kernel.tar'), root, deps.runner, op.signal);
  await placeKernelImage(join(kernel.dir, 'vmlinux'), root);
  const status = await assembleKernel({ root, source: kernel.name, arch: hostArch }, deps, op);
  const spec: KernelSpec = { reference: name, oci: name };
  await kernelsIn(deps.objects).create({
    metadata: legacyMetadata(kernel, referenceName(name)),
    spec,
    status,
  });
}

/**
 * Puts the kernel image into the tree. The archive's own /boot is removed first, because it may be or contain
 * a link to anywhere on this host.
 */
export async function placeKernelImage(image: string, root: string): Promise<void> {
  const boot = join(root, 'boot');
  await rm(boot, { recursive: true, force: true });
  await mkdir(boot);
  await copyFile(image, join(boot, 'vmlinux'));
}
