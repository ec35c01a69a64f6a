import { existsSync } from 'node:fs';
import type { Arch } from '@ignite/api/v1/arch';
import { shownName } from '@ignite/api/v1/shown-name';
import type { VmSpec, VmStatus } from '@ignite/api/v1/vm';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { type Paths, kernelDir } from '../tools/host/paths.ts';
import { kernelPackage } from '../tools/kernel/debian-kernel.ts';
import { listKernels } from '../tools/store/list-objects.ts';

/** A kernel that something boots, and the name under which it is known. */
export interface BootedKernel {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly arch: Arch;
}

interface Bootable {
  readonly spec: Pick<VmSpec, 'kernel'>;
  readonly kernel: VmStatus['kernel'];
  readonly arch: Arch;
}

/**
 * Returns the kernel that a VM or a snapshot boots, or undefined if this host does not have it. Its name may lead to a newer one by now, and
 * no object to its files, which stay as long as something boots them.
 */
export async function bootedKernel(
  { spec, kernel, arch }: Bootable,
  { objects, paths }: { readonly objects: ObjectClient; readonly paths: Paths },
): Promise<BootedKernel | undefined> {
  if (!kernel) return undefined;
  const known = (await listKernels(objects)).find(({ status }) => status.id === kernel.id);
  if (known) {
    const { id, version, arch: own } = known.status;
    return { name: shownName(known), id, version, arch: own };
  }
  if (!existsSync(kernelDir(paths, kernel.id))) return undefined;
  return { name: spec.kernel.oci ?? kernelPackage(arch), id: kernel.id, version: kernel.version, arch };
}
