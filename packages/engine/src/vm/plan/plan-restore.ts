import { parseRestartPolicy } from '@ignite/api/v1/restart-policy';
import type { Vm } from '@ignite/api/v1/vm';
import type { VmPhase } from '@ignite/api/v1/vm-phase';

/** The phases of VMs that have run before, and do not run now. */
const downPhases: readonly VmPhase[] = ['Stopped', 'Failed'];

/**
 * Pure. Tells whether a stored VM, whose true phase is
 * `truePhase` after the host has booted, is started. Its restart policy decides, in Docker's sense: `always`
 * also starts VMs that someone has stopped, and `on-failure` starts VMs that went down with the host or
 * failed.
 */
export function isToBeRestored(vm: Vm, truePhase: VmPhase): boolean {
  const { metadata, spec, status } = vm;
  if (metadata.deletionTimestamp !== undefined) return false;
  if (!downPhases.includes(truePhase)) return false;
  const policy = parseRestartPolicy(spec.restartPolicy);
  switch (policy.kind) {
    case 'no':
      return false;
    case 'always':
      return true;
    case 'unless-stopped':
      return spec.power !== 'Stopped';
    case 'on-failure': {
      const hasGivenUp =
        status.phase === 'Stopped' && (status.restarts?.count ?? 0) >= (policy.most ?? Infinity);
      return spec.power !== 'Stopped' && status.exitCode !== 0 && !hasGivenUp;
    }
  }
}
