/** The phases of a VM's life, which its host records. The wanted state is `spec.power`. */
export const vmPhases = [
  'Created',
  'Starting',
  'Running',
  /** Its VMM is running, and its vCPUs are halted. */
  'Paused',
  /** Its memory and the state of its machine are saved, and it has no VMM. */
  'Suspended',
  'Stopping',
  'Stopped',
  /** It has ended by itself, and is started again after a delay. */
  'Restarting',
  'Failed',
] as const;

/** The phase of a VM as somebody sees it: nobody knows that of a VM whose host does not renew its lease. */
export type VmPhase = (typeof vmPhases)[number] | 'Unknown';

interface Phased {
  readonly status: { readonly phase: VmPhase };
}

/** Tells whether a VM has a VMM that answers requests. */
export const hasVmm = ({ status: { phase } }: Phased): boolean => phase === 'Running' || phase === 'Paused';

/** Tells whether a VM has a guest that has been booted, be it in memory or saved. */
export const hasGuest = (vm: Phased): boolean => hasVmm(vm) || vm.status.phase === 'Suspended';

/** Tells whether a VM is up, or is being restarted, as `ps` lists it. */
export const isUp = (vm: Phased): boolean => hasVmm(vm) || vm.status.phase === 'Restarting';
