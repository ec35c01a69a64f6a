import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { allowedRemediations } from './allowed-remediations.ts';
import { type Target, checkTarget } from './check-target.ts';

const checks = {
  nodeStartupTimeoutSeconds: 600,
  unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown' as const, timeoutSeconds: 300 }],
  unhealthyMachineConditions: [{ type: 'Broken', status: 'True' as const, timeoutSeconds: 60 }],
};
const node = (status: 'True' | 'Unknown', sinceMs = 0) => ({
  conditions: [{ type: 'Ready', status, lastTransitionTime: new Date(sinceMs).toISOString() }],
});
const target: Target = {
  machine: sampleMachine({ name: 'a' }),
  isControlPlane: false,
  node: node('True'),
  cluster: { infrastructureReadyMs: 0, initializedMs: 0 },
  infrastructureReadyMs: 0,
};

describe('checkTarget', () => {
  const marked = sampleMachine({ name: 'a', annotations: { 'cluster.x-k8s.io/remediate-machine': '' } });
  const notBegun = { infrastructureReadyMs: 0, initializedMs: undefined };
  const cases: readonly (readonly [string, Partial<Target>, number, string])[] = [
    ['a node that is ready', {}, 1e9, 'healthy'],
    [
      'a Machine that people have marked',
      { machine: marked, cluster: notBegun },
      0,
      'HasRemediateMachineAnnotation',
    ],
    [
      'no infrastructure',
      { cluster: { infrastructureReadyMs: undefined, initializedMs: undefined } },
      1e9,
      'skipped',
    ],
    ['a cluster that has not begun', { cluster: notBegun }, 1e9, 'skipped'],
    [
      'its control plane',
      { cluster: notBegun, isControlPlane: true, node: undefined },
      1e9,
      'NodeStartupTimeout',
    ],
    ['a node that does not answer', { node: node('Unknown') }, 300_000, 'UnhealthyNodeCondition'],
    ['one that has not answered for a while', { node: node('Unknown') }, 200_000, 'uncertain in 100000'],
    ['a node that is gone', { node: 'gone' }, 0, 'NodeDeleted'],
    ['a node that has not come', { node: undefined }, 600_000, 'NodeStartupTimeout'],
    ['one that may still come', { node: undefined }, 599_000, 'uncertain in 1000'],
    [
      'one whose machine came late',
      { node: undefined, infrastructureReadyMs: 500_000 },
      600_000,
      'uncertain in 500000',
    ],
    [
      'a condition of the Machine',
      { machine: sampleMachine({ name: 'a', conditions: ['Broken'] }) },
      60_000,
      'UnhealthyMachineCondition',
    ],
  ];
  for (const [name, change, nowMs, expected] of cases)
    test(`${name}: ${expected}`, () => {
      const health = checkTarget({ ...target, ...change }, checks, nowMs);
      const next = 'nextMs' in health ? ` in ${health.nextMs}` : '';
      assert.equal(health.state === 'unhealthy' ? health.reason : `${health.state}${next}`, expected);
    });

  test('without a limit, a node may come whenever it does', () => {
    const health = checkTarget(
      { ...target, node: undefined },
      { ...checks, nodeStartupTimeoutSeconds: 0 },
      1e12,
    );
    assert.deepEqual(health, { state: 'uncertain' });
  });
});

test('allowedRemediations: nothing is repaired where too much is broken', () => {
  const allowed = (
    triggerIf: Parameters<typeof allowedRemediations>[0],
    expected: number,
    healthy: number,
  ) => {
    const { isAllowed, remaining } = allowedRemediations(triggerIf, expected, healthy);
    return [isAllowed, remaining];
  };
  assert.deepEqual(allowed(undefined, 3, 0), [true, 0]);
  assert.deepEqual(allowed({ unhealthyLessThanOrEqualTo: '40%' }, 3, 2), [true, 0]);
  assert.deepEqual(allowed({ unhealthyLessThanOrEqualTo: '40%' }, 3, 1), [false, 0]);
  assert.deepEqual(allowed({ unhealthyLessThanOrEqualTo: 2 }, 5, 4), [true, 1]);
  assert.deepEqual(allowed({ unhealthyInRange: '[1-3]', unhealthyLessThanOrEqualTo: 0 }, 5, 3), [true, 1]);
  assert.deepEqual(allowed({ unhealthyInRange: '[2-3]' }, 5, 4), [false, 0]);
});
