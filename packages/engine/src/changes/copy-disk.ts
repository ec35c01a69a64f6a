import { existsSync } from 'node:fs';
import { constants, copyFile } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { Vm } from '@ignite/api/v1/vm';
import { vmFiles, vmmSockets } from '../host/paths.ts';
import { createOverlay, rebase } from '../rootfs/qemu-img.ts';
import type { VmHost } from '../vm/execute-step.ts';
import { withVmLocked } from '../vm/vm-lock.ts';

const resumeTimeoutMs = 10_000;

/**
 * Copies a VM's disk to `target`, on this host's base disk of its image. A VM that runs is halted meanwhile, which has its
 * VMM write what it holds in memory; what the guest itself has not written yet is not in the copy. A VM that never ran has
 * the disk of its image.
 */
export async function copyVmDisk(
  vm: Vm,
  image: Image,
  target: string,
  host: VmHost,
  { signal }: ClientOperation,
): Promise<void> {
  const { uid } = vm.metadata;
  const { disk } = vmFiles(host.paths, uid);
  const backingPath = image.status.baseDisk.path;
  await withVmLocked(uid, host, signal, async ({ status, spec }) => {
    if (!existsSync(disk))
      return await createOverlay({ path: target, backingPath, size: spec.diskSize }, host.runner, signal);
    const isRunning = status.phase === 'Running' && (await host.sandbox.observe(uid)).state === 'running';
    const sockets = vmmSockets(host.paths, uid);
    if (isRunning) await host.vmm.pause(sockets, signal);
    try {
      await copyFile(disk, target, constants.COPYFILE_FICLONE);
    } finally {
      if (isRunning) await host.vmm.resume(sockets, AbortSignal.timeout(resumeTimeoutMs));
    }
    // The disk's own header names its base as the VM's sandbox shows it, not where it is on this host.
    await rebase(target, backingPath, host.runner, signal);
  });
}
