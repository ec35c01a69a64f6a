import { countOf } from '../contract/int-or-percent.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';

/** The number of Machines, and how far it may be left meanwhile. */
export interface Limits {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Pure. Returns the limits in numbers: a surge is rounded up, and what may be missing is rounded down. */
export function limitsOf({ spec }: Pick<MachineDeployment, 'spec'>): Limits {
  const { maxSurge = 1, maxUnavailable = 0 } = spec.rollout?.strategy?.rollingUpdate ?? {};
  const replicas = spec.replicas ?? 1;
  const [surge, missing] = [countOf(maxSurge, replicas, 'up'), countOf(maxUnavailable, replicas, 'down')];
  return { replicas, maxSurge: surge, maxUnavailable: surge === 0 && missing === 0 ? 1 : missing };
}
