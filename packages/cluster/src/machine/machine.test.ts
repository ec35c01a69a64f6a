import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sampleMachine } from '../kinds/machine.sample.ts';
import type { MachinePhase } from '../kinds/machine.ts';
import { availability } from './machine-conditions.ts';
import { phaseOf } from './machine-phase.ts';
import { type DeletedMachine, type DeletionStep, planDeletion } from './plan-deletion.ts';
import { type DrainedPod, type DrainVerdict, drainVerdict, isOver } from './plan-drain.ts';

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

describe('drainVerdict', () => {
  const pod: DrainedPod = {
    ...{ namespace: 'default', name: 'web', labels: {}, annotations: {} },
    ...{ isLeaving: false, isFinished: false, owner: { kind: 'ReplicaSet', exists: false } },
  };
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
      assert.equal(drainVerdict({ ...pod, ...change }, isReachable), verdict);
    });
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
