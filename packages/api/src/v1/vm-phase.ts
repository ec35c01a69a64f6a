import type { Vm } from './vm.ts';

/** Where a VM is in its life. What it should be is `spec.power`. */
export type VmPhase =
  | 'Created'
  | 'Starting'
  | 'Running'
  /** Its VMM is there, and its vCPUs stand still. */
  | 'Paused'
  | 'Stopping'
  | 'Stopped'
  /** It has ended by itself, and will be started again after a pause. */
  | 'Restarting'
  | 'Failed';

/** Whether a VM is up, or on its way back, as `ps` lists it. */
export const isUp = ({ status: { phase } }: Vm): boolean =>
  phase === 'Running' || phase === 'Paused' || phase === 'Restarting';
