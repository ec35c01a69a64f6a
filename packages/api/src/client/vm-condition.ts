import type { Vm } from '../v1/vm.ts';

/**
 * What may hold of a VM. `ready`: its SSH answers. `stopped`: it has ended, although its policy may start it again.
 * `removed`: there is none, or no longer.
 */
export const vmConditions = ['running', 'ready', 'paused', 'stopped', 'failed', 'removed'] as const;
export type VmCondition = (typeof vmConditions)[number];

/** A condition that holds, and the VM as it was seen then. */
export type MetCondition =
  | { readonly condition: Exclude<VmCondition, 'removed'>; readonly vm: Vm }
  | { readonly condition: 'removed' };
