import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseControlPlaneVictim, chooseFailureDomain } from './choose-control-plane-victim.ts';
import type { ControlPlaneMachine } from './control-plane-machine.ts';
import { keepsQuorum } from '../workload/keeps-quorum.ts';
import { findOrphan } from './find-orphan.ts';
import { type ControlPlaneState, planControlPlane } from './plan-control-plane.ts';

const machine = (name: string, change: Partial<ControlPlaneMachine> = {}): ControlPlaneMachine => ({
  name,
  createdMs: 0,
  failureDomain: undefined,
  hasNode: true,
  isLeaving: false,
  isUpToDate: true,
  isMarked: false,
  problems: [],
  needsRemediation: false,
  isMarkedForRemediation: false,
  ...change,
});
const member = (name: string, isHealthy = true) => ({ id: name, name, isLearner: false, isHealthy });
const three = ['a', 'b', 'c'];
const state: ControlPlaneState = {
  replicas: 3,
  maxSurge: 1,
  isInitialized: true,
  machines: three.map((name) => machine(name)),
  members: three.map((name) => member(name)),
  domains: [],
  isRemediating: false,
};
const old = { isUpToDate: false };
const sick = { needsRemediation: true, problems: ['EtcdMemberHealthy'] };

describe('planControlPlane: one operation at a time', () => {
  const cases: readonly (readonly [string, Partial<ControlPlaneState>, string])[] = [
    ['nothing to do', {}, 'nothing'],
    ['the first Machine', { isInitialized: false, machines: [], members: 'unknown' }, 'create'],
    ['the others wait for it', { isInitialized: false, machines: [machine('a')] }, 'wait'],
    ['one too few', { machines: [machine('a'), machine('b')] }, 'create'],
    [
      'one too few while one comes up',
      { machines: [machine('a'), machine('b', { hasNode: false })] },
      'wait',
    ],
    ['one too few while one goes', { machines: [machine('a'), machine('b', { isLeaving: true })] }, 'wait'],
    [
      'one too few while one is not well',
      { machines: [machine('a'), machine('b', { problems: ['SchedulerPodHealthy'] })] },
      'wait',
    ],
    [
      'one too few while etcd does not answer',
      { machines: [machine('a'), machine('b')], members: 'unknown' },
      'wait',
    ],
    ['one too many', { replicas: 1 }, 'delete a'],
    ['outdated ones', { machines: three.map((name) => machine(name, old)) }, 'create'],
    [
      'outdated ones and a new one',
      { machines: [machine('a', old), machine('b', old), machine('c', old), machine('d')] },
      'delete a',
    ],
    [
      'outdated ones without surge',
      { maxSurge: 0, machines: [machine('a', old), machine('b'), machine('c')] },
      'delete a',
    ],
    [
      'a majority that would be lost',
      { replicas: 1, members: [member('a'), member('b', false), member('c', false)] },
      'wait',
    ],
    [
      'a sick one',
      {
        machines: [machine('a', sick), machine('b'), machine('c')],
        members: [member('a', false), member('b'), member('c')],
      },
      'remediate a',
    ],
    ['the only one is sick', { replicas: 1, machines: [machine('a', sick)] }, 'wait'],
    [
      'the first one is sick before it has begun',
      { isInitialized: false, machines: [machine('a', sick)] },
      'remediate a',
    ],
    [
      'a sick one while one comes up',
      { machines: [machine('a', sick), machine('b', { hasNode: false }), machine('c')] },
      'wait',
    ],
    [
      'two sick ones of three',
      {
        machines: [machine('a', sick), machine('b', sick), machine('c')],
        members: [member('a', false), member('b', false), member('c')],
      },
      'wait',
    ],
    ['all gone', { machines: [] }, 'wait'],
  ];
  for (const [name, change, expected] of cases)
    test(`${name}: ${expected}`, () => {
      const action = planControlPlane({ ...state, ...change });
      assert.equal('name' in action ? `${action.type} ${action.name}` : action.type, expected);
    });
});

test('keepsQuorum: the members that are left, and one that joins, must have a healthy majority', () => {
  const members = (health: string) => health.split('').map((each, at) => member(String(at), each === '+'));
  const cases: readonly (readonly [string, { removed?: string; isJoining?: boolean }, boolean])[] = [
    ['+++', { removed: '0' }, true],
    ['++-', { removed: '2' }, true],
    ['++-', { removed: '0' }, false],
    ['+--', { removed: '1' }, false],
    ['++', { removed: '0' }, true],
    ['+-', { removed: '0' }, false],
    ['+', { removed: '0' }, false],
    ['+', { isJoining: true }, true],
    ['++', { isJoining: true }, true],
    ['++-', { isJoining: true }, false],
    ['+++++', { removed: '0', isJoining: true }, true],
  ];
  for (const [health, change, expected] of cases)
    assert.equal(keepsQuorum(members(health), change), expected, `${health} ${JSON.stringify(change)}`);
  assert.equal(keepsQuorum([{ ...member('a'), isLearner: true }, member('b')], { removed: 'b' }), false);
});

test('findOrphan: a member whose Machine is gone, if etcd can do without it', () => {
  const members = [member('a'), member('b'), member('gone', false)];
  const find = (machines: readonly ControlPlaneMachine[], all = members) => findOrphan(all, machines)?.name;
  assert.equal(find([machine('a'), machine('b')]), 'gone');
  assert.equal(find([machine('a'), machine('b'), machine('gone')]), undefined);
  assert.equal(find([machine('a'), machine('b'), machine('c', { hasNode: false })]), undefined);
  const weak = [member('a'), member('b', false), member('gone')];
  assert.equal(find([machine('a'), machine('b')], weak), undefined, 'no majority would be left');
  assert.equal(find([]), undefined);
  const learning = [member('a'), { ...member(''), isLearner: true }];
  assert.equal(find([machine('a')], learning), '', 'a join that failed has left it, before it had a name');
  assert.equal(find([machine('a'), machine('b', { hasNode: false })], learning), undefined);
});

test('chooseControlPlaneVictim: outdated ones first, from the fullest failure domain, the oldest', () => {
  const choose = (domains: readonly string[], ...machines: readonly ControlPlaneMachine[]) =>
    chooseControlPlaneVictim(machines, domains)?.name;
  assert.equal(choose([], machine('a'), machine('b', old)), 'b');
  assert.equal(choose([], machine('a', { isMarked: true }), machine('b', old)), 'a');
  assert.equal(choose([], machine('a', old), machine('b', { ...old, isMarked: true })), 'b');
  assert.equal(choose([], machine('a', old), machine('b', { ...old, problems: ['EtcdPodHealthy'] })), 'b');
  assert.equal(choose([], machine('a', { createdMs: 2 }), machine('b', { createdMs: 1 })), 'b');
  const [x, y, gone] = ['x', 'y', 'gone'].map((failureDomain) => ({ failureDomain }));
  assert.equal(choose(['x', 'y'], machine('a', x), machine('b', y), machine('c', y)), 'b');
  assert.equal(choose(['x', 'y'], machine('a', x), machine('b', x), machine('c', gone)), 'c');
});

test('chooseFailureDomain: where the fewest current Machines are, and of these where the fewest are', () => {
  const [x, y] = ['x', 'y'].map((failureDomain) => ({ failureDomain }));
  assert.equal(chooseFailureDomain([machine('a', x)], ['x', 'y']), 'y');
  assert.equal(
    chooseFailureDomain(
      [machine('a', x), machine('b', { ...y, ...old }), machine('c', { ...y, ...old })],
      ['x', 'y'],
    ),
    'y',
  );
  assert.equal(chooseFailureDomain([machine('a', { ...x, ...old })], ['x', 'y']), 'y');
  assert.equal(chooseFailureDomain([], []), undefined);
});
