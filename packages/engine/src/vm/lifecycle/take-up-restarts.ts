import { spawnDetached } from '@ignite/toolkit/process/spawn-detached';
import { bootId, isAlive } from '../../tools/host/host-process.ts';
import { forgetRestart, notedRestarts } from '../../tools/host/noted-restarts.ts';
import { isServed } from '../../tools/host/served-host.ts';
import { type VmProcesses, readVmProcesses } from '../../tools/host/vm-processes.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import type { VmPorts } from '../vm-ports.ts';

/** Has a process wait for each restart for which nobody waits any more, unless ignited does. */
export async function takeUpRestarts({
  paths,
  objects,
  settleCommand,
}: Pick<VmPorts, 'paths' | 'objects' | 'settleCommand'>): Promise<void> {
  const noted = notedRestarts(paths);
  if (noted.length === 0 || isServed(paths)) return;
  for (const uid of noted) {
    const vm = await vmsIn(objects).findByUid(uid);
    if (!vm) forgetRestart(uid, paths);
    else if (vm.status.phase === 'Restarting' && !isWaitedFor(readVmProcesses(vm, paths)))
      spawnDetached([...settleCommand, uid], paths.runDir);
  }
}

/** Tells whether a process waits for the restart, other than this one, which is about to end. */
const isWaitedFor = ({ starter }: VmProcesses): boolean =>
  starter !== undefined && starter.pid !== process.pid && isAlive(starter, bootId());
