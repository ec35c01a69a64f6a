import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sampleMachine } from '../kinds/machine.sample.ts';
import type { MachinePhase } from '../kinds/machine.ts';
import { availability } from './machine-conditions.ts';
import { phaseOf } from './machine-phase.ts';
import { type DeletedMachine, type DeletionStep, planDeletion } from './plan-deletion.ts';
import type { MachineDrainRule } from '../kinds/machine-drain-rule.ts';
import { rulesOfMachine } from './drain-rules.ts';
import { type DrainedPod, type DrainVerdict, drainVerdict, isOver, planDrain } from './plan-drain.ts';

describe('planDeletion: one step after the other', () => {
  const fresh: DeletedMachine = {
    annotations: {},
    mayTouchNode: true,
    isDrained: false,
    isDetached: false,
    hasInfrastructure: true,
    hasBootstrapConfig: true,
    hasNode: true,
  };
  const hook = (stage: string) => ({ [`${stage}.delete.hook.machine.cluster.x-k8s.io/backup`]: '' });
  const cases: readonly (readonly [Partial<DeletedMachine>, DeletionStep])[] = [
    [{ annotations: hook('pre-drain') }, 'WaitingForPreDrainHook'],
    [{}, 'DrainingNode'],
    [{ isDrained: true }, 'WaitingForVolumeDetach'],
    [{ isDrained: true, isDetached: true, annotations: hook('pre-terminate') }, 'WaitingForPreTerminateHook'],
    [{ isDrained: true, isDetached: true }, 'WaitingForInfrastructureDeletion'],
    [{ mayTouchNode: false }, 'WaitingForInfrastructureDeletion'],
    [{ mayTouchNode: false, annotations: hook('pre-terminate') }, 'WaitingForPreTerminateHook'],
    [{ hasInfrastructure: false }, 'WaitingForBootstrapDeletion'],
    [{ hasInfrastructure: false, hasBootstrapConfig: false }, 'DeletingNode'],
    [{ hasInfrastructure: false, hasBootstrapConfig: false, hasNode: false }, 'DeletionCompleted'],
    [{ hasInfrastructure: false, hasBootstrapConfig: false, mayTouchNode: false }, 'DeletionCompleted'],
  ];
  for (const [change, step] of cases)
    test(`${JSON.stringify(change)}: ${step}`, () => {
      assert.equal(planDeletion({ ...fresh, ...change }), step);
    });
});

const pod: DrainedPod = {
  ...{ namespace: 'default', name: 'web', labels: {}, namespaceLabels: {}, annotations: {} },
  ...{ isLeaving: false, isFinished: false, owner: { kind: 'ReplicaSet', exists: false } },
};

describe('drainVerdict', () => {
  const drain = (wish: string) => ({ labels: { 'cluster.x-k8s.io/drain': wish } });
  const cases: readonly (readonly [string, Partial<DrainedPod>, boolean, DrainVerdict])[] = [
    ['a Pod', {}, true, 'evict'],
    ['a mirror Pod', { annotations: { 'kubernetes.io/config.mirror': 'x' } }, true, 'skip'],
    ['a Pod of a DaemonSet', { owner: { kind: 'DaemonSet', exists: true } }, true, 'skip'],
    ['one whose DaemonSet is gone', { owner: { kind: 'DaemonSet', exists: false } }, true, 'evict'],
    [
      'a finished one of a DaemonSet',
      { owner: { kind: 'DaemonSet', exists: true }, isFinished: true },
      true,
      'evict',
    ],
    ['a Pod that goes', { isLeaving: true }, true, 'wait'],
    ['a Pod that goes on a node that does not answer', { isLeaving: true }, false, 'skip'],
    ['one that is to stay', drain('skip'), true, 'skip'],
    ['one to be waited for', drain('wait-completed'), true, 'wait'],
    ['one that was waited for', { ...drain('wait-completed'), isFinished: true }, true, 'skip'],
    ['an orphan', { owner: undefined }, true, 'evict'],
  ];
  for (const [name, change, isReachable, verdict] of cases)
    test(`${name}: ${verdict}`, () => {
      assert.equal(drainVerdict({ ...pod, ...change }, { isNodeReachable: isReachable, rules: [] }), verdict);
    });
});

const rule = (name: string, spec: MachineDrainRule['spec']): MachineDrainRule => ({
  ...sampleMachine({ name }),
  kind: 'MachineDrainRule',
  spec,
});

describe('planDrain: rules', () => {
  const app = (name: string, more: Partial<DrainedPod> = {}): DrainedPod => ({
    ...pod,
    name,
    labels: { app: name },
    ...more,
  });
  const selected = (name: string) => [{ selector: { matchLabels: { app: name } } }];
  const cases: readonly (readonly [
    string,
    readonly DrainedPod[],
    readonly MachineDrainRule[],
    readonly [evicted: string, awaited: string, later: string],
  ])[] = [
    ['without rules, all go at once', [app('a'), app('b')], [], ['a,b', '', '']],
    [
      'those of a higher order go later',
      [app('a'), app('b')],
      [rule('r', { drain: { behavior: 'Drain', order: 5 }, pods: selected('b') })],
      ['a', '', 'b'],
    ],
    [
      'those of a lower order go first',
      [app('a'), app('b')],
      [rule('r', { drain: { behavior: 'Drain', order: -5 }, pods: selected('b') })],
      ['b', '', 'a'],
    ],
    [
      'what is leaving still holds up those of a higher order',
      [app('a', { isLeaving: true }), app('b')],
      [rule('r', { drain: { behavior: 'Drain', order: 1 }, pods: selected('b') })],
      ['', 'a', 'b'],
    ],
    [
      'what is to be completed has the order 0',
      [app('a'), app('b'), app('c')],
      [
        rule('r', { drain: { behavior: 'WaitCompleted' }, pods: selected('b') }),
        rule('s', { drain: { behavior: 'Drain', order: 1 }, pods: selected('c') }),
      ],
      ['a', 'b', 'c'],
    ],
    [
      'what stays holds up nothing',
      [app('a'), app('b')],
      [
        rule('r', { drain: { behavior: 'Skip' }, pods: selected('a') }),
        rule('s', { drain: { behavior: 'Drain', order: 7 }, pods: selected('b') }),
      ],
      ['b', '', ''],
    ],
    [
      'the first rule holds',
      [app('a')],
      [rule('r', { drain: { behavior: 'Skip' } }), rule('s', { drain: { behavior: 'Drain' } })],
      ['', '', ''],
    ],
    [
      'a label precedes rules',
      [app('a', { labels: { 'cluster.x-k8s.io/drain': 'skip' } })],
      [rule('r', { drain: { behavior: 'Drain' } })],
      ['', '', ''],
    ],
    [
      'both selectors of an entry must match',
      [app('a', { namespaceLabels: { team: 'x' } }), app('a', { namespace: 'other' })],
      [
        rule('r', {
          drain: { behavior: 'Skip' },
          pods: [
            {
              selector: { matchLabels: { app: 'a' } },
              namespaceSelector: { matchLabels: { team: 'x' } },
            },
          ],
        }),
      ],
      ['a', '', ''],
    ],
  ];
  for (const [name, pods, rules, wanted] of cases)
    test(name, () => {
      const { evicted, awaited, later } = planDrain(pods, { isNodeReachable: true, rules });
      assert.deepEqual(
        [evicted, awaited, later].map((each) => each.map((one) => one.name).join(',')),
        wanted,
      );
    });
});

test('rulesOfMachine: those whose Machine and Cluster match, in the order of their names', () => {
  const machine = { ...sampleMachine({ name: 'a' }) };
  const labelled = { ...machine, metadata: { ...machine.metadata, labels: { pool: 'gpu' } } };
  const cluster = {
    ...machine,
    kind: 'Cluster',
    metadata: { ...machine.metadata, labels: { stage: 'prod' } },
    spec: {},
    status: {},
  } as const;
  const drain = { behavior: 'Drain' } as const;
  const gpu = { matchLabels: { pool: 'gpu' } };
  const test = { matchLabels: { stage: 'test' } };
  const rules = [
    rule('d', { drain }),
    rule('c', { drain, machines: [{ selector: gpu, clusterSelector: test }] }),
    rule('b', { drain, machines: [{ clusterSelector: test }, { selector: gpu }] }),
    rule('a', { drain, machines: [{ selector: { matchLabels: { pool: 'cpu' } } }] }),
  ];
  assert.deepEqual(
    rulesOfMachine(rules, labelled, cluster).map(({ metadata }) => metadata.name),
    ['b', 'd'],
  );
});

test('isOver: a limit of 0, or none, is never reached', () => {
  const since = new Date(0).toISOString();
  assert.equal(isOver(since, 10, 10_000), true);
  assert.equal(isOver(since, 10, 9_999), false);
  assert.equal(isOver(since, 0, 1e12), false);
  assert.equal(isOver(since, undefined, 1e12), false);
  assert.equal(isOver(undefined, 10, 1e12), false);
});

test('phaseOf: the last rule that holds decides', () => {
  const machine = sampleMachine({ name: 'a', hasNode: false });
  const cases: readonly (readonly [object, object, MachinePhase])[] = [
    [{}, {}, 'Pending'],
    [{}, { initialization: { bootstrapDataSecretCreated: true } }, 'Provisioning'],
    [{ providerID: 'sim://a' }, { initialization: { bootstrapDataSecretCreated: true } }, 'Provisioned'],
    [
      { providerID: 'sim://a' },
      { nodeRef: { name: 'a' }, initialization: { infrastructureProvisioned: true } },
      'Running',
    ],
  ];
  for (const [spec, status, phase] of cases)
    assert.equal(phaseOf({ ...machine, spec: { ...machine.spec, ...spec }, status }), phase);
  assert.equal(phaseOf(sampleMachine({ name: 'a', isLeaving: true })), 'Deleting');
});

test('availability: a Machine must have been ready for as long as it says', () => {
  const machine = sampleMachine({ name: 'a' });
  const slow = { ...machine, spec: { ...machine.spec, minReadySeconds: 30 } };
  const ready = { status: 'True', lastTransitionTime: new Date(0).toISOString() };
  assert.equal(availability(machine, ready, 0).found.status, 'True');
  assert.deepEqual(availability(slow, ready, 10_000).nextMs, 20_000);
  assert.equal(availability(slow, ready, 10_000).found.reason, 'WaitingForMinReadySeconds');
  assert.equal(availability(slow, ready, 30_000).found.status, 'True');
  assert.equal(availability(machine, { ...ready, status: 'False' }, 0).found.status, 'False');
});
