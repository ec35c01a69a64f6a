import { isNewWish } from '@ignite/api/v1/life-wish';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';

/**
 * Pure. Returns the power that an update leaves a VM with: what is wished of it, if nobody has acted upon that yet, such as
 * a restart that was cut short; otherwise what it has, because an update alone starts nothing.
 */
export const wantedPower = (vm: Vm, observed: VmSpec['power']): VmSpec['power'] =>
  isNewWish(vm) ? vm.spec.power : observed;
