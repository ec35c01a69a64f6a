import type { Arch } from '@ignite/api/v1/arch';
import { hostArch } from '../../tools/host/arch.ts';
import { accelFor } from '../../tools/vmm/accel.ts';
import { hostCpu } from '../../tools/vmm/host-cpu.ts';
import type { StateTraits } from '../../tools/vmm/saved-state.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { accelTraits } from '../../vm/launch/state-traits.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { machineUnfit } from './errors.ts';

/**
 * Checks what can be known of a host before a VM is there: whether it runs machines as the one was whose memory is in a snapshot.
 * The start of a VM checks the rest.
 * @throws CodedError SNAPSHOT_UNFIT
 */
export async function assertMachineFits(
  traits: StateTraits,
  { arch, vmm }: { readonly arch: Arch; readonly vmm: Vmm },
  host: VmPorts,
  signal: AbortSignal,
): Promise<void> {
  const accel = accelFor(arch, { arch: hostArch, accel: await host.accel() });
  const { stdout } = await host.runner.run({ tool: vmm.program(arch), args: ['--version'] }, signal);
  const here: StateTraits = {
    ...accelTraits(accel, await hostCpu()),
    architecture: arch,
    VMM: vmm.versionIn(stdout),
  };
  for (const [name, value] of Object.entries(here))
    if (traits[name] !== value) throw machineUnfit(name, traits[name] ?? 'unknown', value);
}
