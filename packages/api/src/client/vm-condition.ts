import type { Vm } from '../v1/vm.ts';

/**
 * The conditions to wait for. `ready`: the VM's SSH answers. `stopped`: the VM has ended, although its
 * restart policy may start it again. `removed`: the VM does not exist.
 */
export const vmConditions = [
  'running',
  'ready',
  'paused',
  'suspended',
  'stopped',
  'failed',
  'removed',
] as const;
export type VmCondition = (typeof vmConditions)[number];

/** A condition that holds, and the VM as it was observed then. */
export type MetCondition =
  | { readonly condition: Exclude<VmCondition, 'removed'>; readonly vm: Vm }
  | { readonly condition: 'removed' };
