import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { readOverlay } from '../../tools/rootfs/overlay-header.ts';
import { convertToQcow2, createOverlay, shownBase } from '../../tools/rootfs/qemu-img.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { vmDisk } from '../../vm/disks/vm-disk.ts';
import { whileHalted } from '../../vm/lifecycle/pause-vm.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';

/**
 * Copies a VM's disk to `target`, as a qcow2 that either refers to the base disk of its image by its path in
 * a sandbox, or is complete by itself. A running VM is paused meanwhile, which makes its VMM write out what
 * it holds in memory. Writes that the guest still caches are not in the copy. For a VM that never ran, the
 * copy has the content of its image.
 */
export async function copyVmDisk(
  vm: Vm,
  target: string,
  host: VmPorts,
  { signal }: ClientOperation,
): Promise<void> {
  const { uid } = vm.metadata;
  const disk = vmDisk(vm, host);
  await withVmLocked(uid, host, signal, async (found) => {
    if (!existsSync(disk.path))
      return await createOverlay(
        { path: target, backingPath: shownBase, size: found.spec.diskSize },
        host.runner,
        signal,
      );
    if (disk.format === 'raw')
      return await whileHalted(found, host, signal, () =>
        convertToQcow2(disk.path, target, host.runner, signal),
      );
    const copy = { tool: 'cp', args: ['--reflink=auto', '--', disk.path, target] };
    await whileHalted(found, host, signal, () => host.runner.run(copy, signal));
    await readOverlay(target);
  });
}
