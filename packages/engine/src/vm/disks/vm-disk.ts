import type { Vm } from '@ignite/api/v1/vm';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { type Paths, vmFiles } from '../../tools/host/paths.ts';
import { growOverlay } from '../../tools/rootfs/grow-overlay.ts';
import { createOverlay, shownBase } from '../../tools/rootfs/qemu-img.ts';
import { createRawDisk, growRawDisk } from '../../tools/rootfs/raw-disk.ts';
import { imageOf } from '../../tools/store/vm-objects.ts';
import type { DiskFormat } from '../../tools/vmm/machine.ts';
import type { VmPorts } from '../vm-ports.ts';
import { type Vmms, vmmOf } from '../vmm-of.ts';

export interface VmDisk {
  readonly path: string;
  readonly format: DiskFormat;
}

/**
 * Returns the path of a VM's disk, which need not exist yet, and its format: the best one that its VMM
 * supports.
 */
export function vmDisk(
  vm: Pick<Vm, 'spec'> & { readonly metadata: Pick<Vm['metadata'], 'uid'> },
  host: { readonly paths: Paths; readonly vmms: Vmms },
): VmDisk {
  const format = vmmOf(vm, host).capabilities.diskFormats[0] ?? 'raw';
  const { disk, rawDisk } = vmFiles(host.paths, vm.metadata.uid);
  return { path: format === 'qcow2' ? disk : rawDisk, format };
}

/**
 * Creates a VM's disk from its image: copy-on-write, or a copy that shares blocks if the host's file system
 * can.
 */
export async function createDisk(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<void> {
  const { path, format } = vmDisk(vm, host);
  const { baseDisk } = (await imageOf(vm, host.objects)).status;
  const size = await diskSizeOf(vm, host.objects);
  if (format === 'raw') await createRawDisk({ path, basePath: baseDisk.path, size }, host.runner, signal);
  else await createOverlay({ path, backingPath: shownBase, size }, host.runner, signal);
}

export async function growDisk(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<void> {
  const { path, format } = vmDisk(vm, host);
  const size = await diskSizeOf(vm, host.objects);
  if (format === 'raw') await growRawDisk(path, size);
  else await growOverlay(path, size, host.runner, signal);
}

/** Returns the requested size of the disk, or more if the image needs it. */
export async function diskSizeOf(vm: Vm, objects: ObjectClient): Promise<Bytes> {
  const { size } = (await imageOf(vm, objects)).status.baseDisk;
  return bytes(Math.max(vm.spec.diskSize, size));
}
