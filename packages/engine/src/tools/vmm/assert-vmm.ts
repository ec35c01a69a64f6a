import { existsSync } from 'node:fs';
import type { Arch } from '@ignite/api/v1/arch';
import { hostArch } from '../host/arch.ts';
import type { Accel } from './accel.ts';
import { kvmNeeded, vmmMissing } from './errors.ts';
import type { Vmm } from './vmm.ts';

/**
 * Asserts that a VMM can run guests of an architecture on this host. `accel` is how such guests run.
 * @throws CodedError VMM_MISSING if its program is not installed
 * @throws CodedError KVM_NEEDED if it cannot emulate, and KVM cannot run such guests on this host
 */
export function assertVmm(vmm: Vmm, arch: Arch, accel: Accel): void {
  if (!vmm.capabilities.emulation && arch !== hostArch)
    throw kvmNeeded(vmm.name, `it is for ${arch}, this host is for ${hostArch}`);
  const program = vmm.program(arch);
  if (!existsSync(program)) throw vmmMissing(program, arch, vmm.howToGet(arch));
  if (!vmm.capabilities.emulation && accel.kind !== 'kvm')
    throw kvmNeeded(vmm.name, accel.lack ?? 'KVM does not work on this host');
}
