import { existsSync } from 'node:fs';
import type { Arch } from '@ignite/api/v1/arch';
import { vmmMissing } from './errors.ts';
import type { Vmm } from './vmm.ts';

/** @throws CodedError VMM_MISSING where this host lacks the program that runs guests of the architecture */
export function assertVmm(vmm: Vmm, arch: Arch): void {
  const program = vmm.program(arch);
  if (!existsSync(program)) throw vmmMissing(program, arch);
}
