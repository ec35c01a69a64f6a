import type { Arch } from '@ignite/api/v1/arch';
import type { Vm } from '@ignite/api/v1/vm';
import { hostArch } from '../../tools/host/arch.ts';
import type { Attachment } from '../../tools/network/network.ts';
import type { ResolvedVolume } from '../../tools/storage/resolve-volumes.ts';
import { type Accel, accelFor } from '../../tools/vmm/accel.ts';
import { hostCpu } from '../../tools/vmm/host-cpu.ts';
import type { Machine, MachineMemory } from '../../tools/vmm/machine.ts';
import type { StateTraits } from '../../tools/vmm/saved-state.ts';
import { archOf } from '../arch-of.ts';
import { volumesOf } from '../disks/volume-steps.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { stateTraits } from './state-traits.ts';
import { memoryInSandbox, vmMachine } from './vm-machine.ts';

/** A VM's machine on this host, and what it was made from. */
export interface MachineOnHost {
  readonly machine: Machine;
  readonly arch: Arch;
  readonly accel: Accel;
  readonly attachment: Attachment;
  readonly volumes: readonly ResolvedVolume[];
}

interface MachineOptions {
  readonly lostClocks?: number;
  readonly loadsState?: boolean;
  /** How a file is its memory, if one is. */
  readonly memory?: MachineMemory['use'];
  readonly runsCommands?: boolean | undefined;
}

/** Returns the machine of a VM whose network is attached. */
export async function machineOf(
  vm: Vm,
  { lostClocks = 0, loadsState = false, memory, runsCommands }: MachineOptions,
  host: VmPorts,
  signal: AbortSignal,
): Promise<MachineOnHost> {
  const network = await host.network.observe(vm.metadata.uid, signal);
  if (network.state !== 'attached') throw new Error(`the network of VM ${vm.metadata.name} is gone`);
  const { attachment } = network;
  const arch = archOf(vm);
  const accel = accelFor(arch, { arch: hostArch, accel: await host.accel() });
  const volumes = await volumesOf(vm, host);
  const machine = vmMachine(vm, {
    attachment,
    volumes,
    accel,
    vmm: vmmOf(vm, host),
    lostClocks,
    runsCommands,
  });
  const options = {
    ...(loadsState && { loadsState }),
    ...(memory && { memoryFile: { path: memoryInSandbox, use: memory } }),
  };
  return { machine: { ...machine, ...options }, arch, accel, attachment, volumes };
}

/** Returns what a state of a VM's machine on this host is bound to, besides the version of its VMM. */
export const traitsOf = async (
  { status }: Vm,
  { machine, attachment }: Pick<MachineOnHost, 'machine' | 'attachment'>,
): Promise<StateTraits> =>
  stateTraits({
    machine,
    attachment,
    kernel: status.kernel?.id ?? '',
    image: status.image?.digest ?? '',
    hostCpu: await hostCpu(),
  });
