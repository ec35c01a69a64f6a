import { countOf } from '../contract/int-or-percent.ts';
import type { MachineHealthCheckSpec } from '../kinds/machine-health-check.ts';

export interface Allowance {
  readonly isAllowed: boolean;
  /** How many more Machines may become unhealthy before nothing is repaired any more. */
  readonly remaining: number;
  /** The limit in words. */
  readonly limit: string;
}

/**
 * Pure. Decides whether unhealthy Machines are replaced. Where too many are unhealthy at once, something else is
 * wrong, and replacing them would make it worse.
 */
export function allowedRemediations(
  triggerIf: NonNullable<MachineHealthCheckSpec['remediation']>['triggerIf'],
  expected: number,
  healthy: number,
): Allowance {
  const unhealthy = expected - healthy;
  const range = /^\[(\d+)-(\d+)\]$/.exec(triggerIf?.unhealthyInRange ?? '');
  if (range) {
    const [least, most] = [Number(range[1]), Number(range[2])];
    const isAllowed = unhealthy >= least && unhealthy <= most;
    return { isAllowed, remaining: isAllowed ? most - unhealthy : 0, limit: `in ${range[0]}` };
  }
  const limit = triggerIf?.unhealthyLessThanOrEqualTo ?? '100%';
  const most = countOf(limit, expected, 'down');
  return {
    isAllowed: unhealthy <= most,
    remaining: Math.max(0, most - unhealthy),
    limit: `at most ${limit}`,
  };
}
