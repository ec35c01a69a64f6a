import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isNamedForHost, nameOnHost } from '@ignite/api/v1/shown-name';
import type { Vm } from '@ignite/api/v1/vm';
import { type Paths, keptDisksDir } from '../../tools/host/paths.ts';
import type { Vmms } from '../vmm-of.ts';
import { vmDisk } from './vm-disk.ts';

interface DiskPorts {
  readonly paths: Paths;
  readonly vmms: Vmms;
}

/** The annotation by which a VM's disk is kept when the VM is removed. */
const diskAnnotation = 'ignite.weave.works/disk';

/**
 * Returns the path where a VM's disk is kept for the next VM of its name, or `undefined` if it is not to be
 * kept. A disk only fits a VM of the same image, disk size and format, so these are in the file's name.
 */
function keptDiskPath(vm: Vm, host: DiskPorts): string | undefined {
  const { metadata, spec, status } = vm;
  if (metadata.annotations[diskAnnotation] !== 'keep' || !status.image) return undefined;
  if (!isNamedForHost(metadata)) return undefined; // the disk may be that of another VM
  const digest = status.image.digest.replace('sha256:', '').slice(0, 16);
  const { format } = vmDisk(vm, host);
  return join(keptDisksDir(host.paths), `${nameOnHost(metadata)}-${digest}-${spec.diskSize}.${format}`);
}

/** Sets the disk of a removed VM aside, if it is to be kept. */
export async function keepDisk(vm: Vm, host: DiskPorts): Promise<void> {
  const kept = keptDiskPath(vm, host);
  if (kept === undefined) return;
  await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
  await moveIfThere(vmDisk(vm, host).path, kept);
}

/** Gives a VM the disk that was kept for it. Returns whether there was one. */
export async function takeKeptDisk(vm: Vm, host: DiskPorts): Promise<boolean> {
  const kept = keptDiskPath(vm, host);
  return kept !== undefined && (await moveIfThere(kept, vmDisk(vm, host).path));
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw failure;
  }
}
