import type { Vm } from '@ignite/api/v1/vm';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { type Paths, vmFiles } from '../../host/paths.ts';
import { growOverlay } from '../../rootfs/grow-overlay.ts';
import { createOverlay, shownBase } from '../../rootfs/qemu-img.ts';
import { createRawDisk, growRawDisk } from '../../rootfs/raw-disk.ts';
import { imageOf } from '../../store/vm-store.ts';
import type { DiskFormat } from '../../vmm/vmm.ts';
import type { VmHost } from '../vm-host.ts';
import { type Vmms, vmmOf } from '../vmm-of.ts';

export interface VmDisk {
  readonly path: string;
  readonly format: DiskFormat;
}

/** Where a VM's disk is or will be, in the best form that its VMM knows. */
export function vmDisk(
  vm: Pick<Vm, 'spec'> & { readonly metadata: Pick<Vm['metadata'], 'uid'> },
  host: { readonly paths: Paths; readonly vmms: Vmms },
): VmDisk {
  const format = vmmOf(vm, host).capabilities.diskFormats[0] ?? 'raw';
  const { disk, rawDisk } = vmFiles(host.paths, vm.metadata.uid);
  return { path: format === 'qcow2' ? disk : rawDisk, format };
}

/** Makes a VM's disk of its image: copy-on-write, or a copy whose blocks are shared where the host's file system can. */
export async function createDisk(vm: Vm, host: VmHost, signal: AbortSignal): Promise<void> {
  const { path, format } = vmDisk(vm, host);
  const { baseDisk } = (await imageOf(vm, host.store)).status;
  const size = await diskSizeOf(vm, host.store);
  if (format === 'raw') await createRawDisk({ path, basePath: baseDisk.path, size }, host.runner, signal);
  else await createOverlay({ path, backingPath: shownBase, size }, host.runner, signal);
}

export async function growDisk(vm: Vm, host: VmHost, signal: AbortSignal): Promise<void> {
  const { path, format } = vmDisk(vm, host);
  const size = await diskSizeOf(vm, host.store);
  if (format === 'raw') await growRawDisk(path, size);
  else await growOverlay(path, size, host.runner, signal);
}

/** What was asked for, or more where the image needs it. */
export async function diskSizeOf(vm: Vm, store: ObjectStore): Promise<Bytes> {
  const { size } = (await imageOf(vm, store)).status.baseDisk;
  return bytes(Math.max(vm.spec.diskSize, size));
}
