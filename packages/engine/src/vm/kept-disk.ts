import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Vm } from '@ignite/api/v1/vm';
import { type Paths, keptDisksDir, vmFiles } from '../host/paths.ts';

/** The annotation by which a VM's disk outlives it. */
const diskAnnotation = 'ignite.weave.works/disk';

/**
 * Where the disk of a VM waits for the next VM of its name; undefined where it is not to be kept. A disk fits only a VM
 * of the same image and disk size, so both are in its name.
 */
function keptDiskPath({ metadata, spec, status }: Vm, paths: Paths): string | undefined {
  if (metadata.annotations[diskAnnotation] !== 'keep' || !status.image) return undefined;
  const digest = status.image.digest.replace('sha256:', '').slice(0, 16);
  return join(keptDisksDir(paths), `${metadata.name}-${digest}-${spec.diskSize}.qcow2`);
}

/** Puts the disk of a VM that goes aside, if it is to be kept. */
export async function keepDisk(vm: Vm, paths: Paths): Promise<void> {
  const kept = keptDiskPath(vm, paths);
  if (kept === undefined) return;
  await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
  await moveIfThere(vmFiles(paths, vm.metadata.uid).disk, kept);
}

/** Gives a VM the disk that was kept for it. Returns whether there was one. */
export async function takeKeptDisk(vm: Vm, paths: Paths): Promise<boolean> {
  const kept = keptDiskPath(vm, paths);
  return kept !== undefined && (await moveIfThere(kept, vmFiles(paths, vm.metadata.uid).disk));
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
