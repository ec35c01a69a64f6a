import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IntOrPercent } from '../contract/int-or-percent.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import { limitsOf } from './rollout-limits.ts';

const limits = (replicas: number, maxSurge: IntOrPercent, maxUnavailable: IntOrPercent) => {
  const rollout = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } };
  const { maxSurge: surge, maxUnavailable: missing } = limitsOf({
    spec: { replicas, rollout },
  } as unknown as MachineDeployment);
  return [surge, missing];
};

test('limitsOf: a surge is rounded up, and what may be missing is rounded down, but not both to 0', () => {
  assert.deepEqual(limits(3, 1, 0), [1, 0]);
  assert.deepEqual(limits(10, '25%', '25%'), [3, 2]);
  assert.deepEqual(limits(3, '0%', '25%'), [0, 1]);
  assert.deepEqual(limits(0, '50%', '50%'), [0, 1]);
});
