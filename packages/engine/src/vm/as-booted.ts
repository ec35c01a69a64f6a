import type { Vm } from '@ignite/api/v1/vm';

/** Pure. Returns a VM as its guest was booted. What was changed since takes effect at its next boot. */
export const asBooted = (vm: Vm): Vm => ({ ...vm, spec: vm.status.booted ?? vm.spec });
