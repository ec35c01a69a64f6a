import { join } from 'node:path';
import type { ProgressEvent } from '@ignite/api/client/progress';
import type { Arch } from '@ignite/api/v1/arch';
import type { Operation } from '@ignite/toolkit/async/operation';
import { bytes } from '@ignite/toolkit/units/bytes';
import { fitsInMemory, memoryFacts, openScratch } from '../host/scratch.ts';
import { openPackageArchive } from './apt.ts';
import { type BuiltKernel, type KernelDeps, assembleKernel } from './assemble-kernel.ts';

/** Returns the name of the package that depends on Debian's newest kernel for virtual machines. */
export const kernelPackage = (arch: Arch): string => `linux-image-cloud-${arch}`;

/** An upper bound of the size of the package and its unpacked content. */
const unpackedSize = bytes(400 * 2 ** 20);

/**
 * Builds a kernel from Debian's cloud kernel package. Nothing is installed on the host. The caller holds the
 * kernel lock.
 */
export async function buildDebianKernel(
  arch: Arch,
  deps: KernelDeps,
  op: Operation<ProgressEvent>,
): Promise<BuiltKernel> {
  await using scratch = await openScratch(
    deps.paths,
    'kernel',
    fitsInMemory(unpackedSize, await memoryFacts()),
    op.report,
  );
  op.report({ kind: 'step', message: `Fetching the Debian package ${kernelPackage(arch)}` });
  const archive = openPackageArchive(arch, scratch.path, deps.runner);
  const source = await archive.dependency(kernelPackage(arch), 'linux-image-', op.signal);
  const root = join(scratch.path, 'root');
  await archive.unpack(source, root, op.signal);
  op.report({ kind: 'step', message: `Building a kernel from ${source}` });
  return await assembleKernel({ root, source, arch }, deps, op);
}
