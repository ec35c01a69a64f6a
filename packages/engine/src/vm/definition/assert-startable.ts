import type { Vm } from '@ignite/api/v1/vm';
import { assertPreflight, planPreflight } from '../../tools/doctor/preflight.ts';
import { archOf } from '../arch-of.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { vmNeeds } from './vm-needs.ts';

/**
 * Checks that the host is ready to start a VM.
 * @throws CodedError PREFLIGHT_FAILED
 */
export async function assertStartable(
  vm: Pick<Vm, 'spec' | 'status'>,
  ignored: readonly string[],
  host: Pick<VmPorts, 'vmms' | 'env'>,
): Promise<void> {
  const needs = vmNeeds({ spec: vm.spec, arch: archOf(vm) }, vmmOf(vm, host), host.env);
  await assertPreflight(planPreflight(needs, ignored));
}
