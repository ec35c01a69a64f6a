import type { Vm } from './vm.ts';

/** Where a VM can be in its life. What it should be is `spec.power`. */
export const vmPhases = [
  'Created',
  'Starting',
  'Running',
  /** Its VMM is there, and its vCPUs stand still. */
  'Paused',
  'Stopping',
  'Stopped',
  /** It has ended by itself, and will be started again after a pause. */
  'Restarting',
  'Failed',
] as const;
export type VmPhase = (typeof vmPhases)[number];

/** Whether a VM has a VMM, which can be asked and told. */
export const hasVmm = ({ status: { phase } }: Pick<Vm, 'status'>): boolean =>
  phase === 'Running' || phase === 'Paused';

/** Whether a VM is up, or on its way back, as `ps` lists it. */
export const isUp = (vm: Pick<Vm, 'status'>): boolean => hasVmm(vm) || vm.status.phase === 'Restarting';
