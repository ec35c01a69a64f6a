import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { type Happening, recordEvent } from '../../tools/events/record-event.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import type { VmExit } from '../plan/exit-status.ts';
import type { VmPorts } from '../vm-ports.ts';

/** Identifies one run of a VM, from a start to its end. A start that was interrupted is told by the run before it. */
const lifeOf = ({ startTime, finishTime = 'never' }: VmStatus): string =>
  startTime === undefined ? `interrupted, after ${finishTime}` : `since ${startTime}`;

/** Records an event that happens once in a run of the VM. */
export async function recordInLife(vm: Vm, happening: Happening, { objects }: VmPorts): Promise<void> {
  await recordEvent(objects, vm, happening, lifeOf(vm.status));
}

/** Records that the SSH of a VM has answered. */
export async function recordReady(vm: Vm, host: VmPorts): Promise<void> {
  const readyTime = new Date(host.clock.now()).toISOString();
  const isSame = ({ startTime }: VmStatus): boolean => startTime === vm.status.startTime;
  await changeVmStatus(host.objects, vm, ({ status }) =>
    isSame(status) ? { ...status, readyTime: status.readyTime ?? readyTime } : status,
  );
  await recordInLife(vm, { reason: 'Ready', message: 'its SSH answers' }, host);
}

/** Records an event that this very write of the VM has caused. */
export async function recordWrite(vm: Vm, happening: Happening, { objects }: VmPorts): Promise<void> {
  await recordEvent(objects, vm, happening, vm.metadata.resourceVersion);
}

/**
 * Records the end of a VM. It has stopped if someone wants it to be down or has stopped its VMM; otherwise,
 * when it ended `byItself`, it has died, well or not.
 */
export async function recordEnd(vm: Vm, exit: VmExit, byItself: boolean, host: VmPorts): Promise<void> {
  const isWanted = vm.spec.power === 'Stopped' || vm.metadata.deletionTimestamp !== undefined;
  const reason = isWanted || !byItself ? 'Stopped' : exit.kind === 'rebooted' ? 'Rebooted' : 'Died';
  const isBad = reason === 'Died' && exit.exitCode !== 0;
  await recordInLife(vm, { ...(isBad && { type: 'Warning' }), reason, message: endText(exit) }, host);
}

function endText({ kind, exitCode, message }: VmExit): string {
  if (kind === 'rebooted') return 'the guest rebooted';
  const code = exitCode === undefined ? 'no exit code' : `exit code ${exitCode}`;
  return message === undefined ? code : `${code}: ${message}`;
}
