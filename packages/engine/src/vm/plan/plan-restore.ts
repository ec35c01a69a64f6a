import { parseRestartPolicy } from '@ignite/api/v1/restart-policy';
import type { Vm } from '@ignite/api/v1/vm';
import type { VmPhase } from '@ignite/api/v1/vm-phase';

/** Who ever ran, and does not now. */
const downPhases: readonly VmPhase[] = ['Stopped', 'Failed'];

/**
 * Pure. Whether a VM, as it is stored, is started once its host has come up, which left it in `truePhase`: its policy
 * decides, in Docker's sense. `always` starts also what someone has stopped; `on-failure` what went down with the host or
 * did not end well.
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
