import type { HostProcess, Vm } from '@ignite/api/v1/vm';
import { type Happening, recordEvent } from '../../tools/events/record-event.ts';
import type { VmExit } from '../plan/exit-status.ts';
import type { VmPorts } from '../vm-ports.ts';

/** Identifies one run of a VM, from a start to its end. */
const lifeOf = (vmm: HostProcess | undefined): string =>
  vmm ? `${vmm.bootId} ${vmm.pid} ${vmm.startTime}` : 'a start that was interrupted';

/** Records an event that happens once in a run of the VM. */
export async function recordInLife(vm: Vm, happening: Happening, { store }: VmPorts): Promise<void> {
  await recordEvent(store, vm, happening, lifeOf(vm.status.vmm));
}

/** Records an event that this very write of the VM has caused. */
export async function recordWrite(vm: Vm, happening: Happening, { store }: VmPorts): Promise<void> {
  await recordEvent(store, vm, happening, vm.metadata.resourceVersion);
}

/** Records the end of a VM: a VM that someone stopped has stopped; any other has died, well or not. */
export async function recordEnd(vm: Vm, exit: VmExit, host: VmPorts): Promise<void> {
  const isAsked = vm.spec.power === 'Stopped' || vm.metadata.deletionTimestamp !== undefined;
  const reason = isAsked ? 'Stopped' : exit.kind === 'rebooted' ? 'Rebooted' : 'Died';
  const isBad = reason === 'Died' && exit.exitCode !== 0;
  await recordInLife(vm, { ...(isBad && { type: 'Warning' }), reason, message: endText(exit) }, host);
}

function endText({ kind, exitCode, message }: VmExit): string {
  if (kind === 'rebooted') return 'the guest rebooted';
  const code = exitCode === undefined ? 'no exit code' : `exit code ${exitCode}`;
  return message === undefined ? code : `${code}: ${message}`;
}
