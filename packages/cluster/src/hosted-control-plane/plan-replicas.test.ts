import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagedMember } from '../workload/workload-cluster.ts';
import { type ReplicaAction, type ReplicaView, type ReplicasState, planReplicas } from './plan-replicas.ts';

const view = (index: number, more: Partial<ReplicaView> = {}): ReplicaView => ({
  ...{ name: `dev-${index}`, index, address: `10.0.0.${index}`, isConfigured: true, isLeaving: false },
  ...{ isReady: true, isSeen: true, due: 'nothing', isSettled: true, isGivenUp: false },
  ...more,
});
const bare = (index: number): ReplicaView => view(index, { isConfigured: false, isReady: false });
const late = { isReady: false } as const;
const unseen = { isReady: false, isSeen: false } as const;
const due = { due: 'programs' } as const;
const stale = { due: 'keys' } as const;

const member = (index: number, more: Partial<ManagedMember> = {}): ManagedMember => ({
  ...{ id: String(index), name: `dev-${index}`, peerUrls: [`https://10.0.0.${index}:2380`] },
  ...{ isLearner: false, isHealthy: true, isLeader: index === 1 },
  ...more,
});
const down = { isHealthy: false } as const;
const hidden = member(1, { peerUrls: ['https://127.0.0.1:2380'] });
const members = [member(1), member(2), member(3)];
const three = { views: [view(1), view(2), view(3)], members };
const alone = { replicas: 1, members: 'none' } as const;
const outside = { members: 'none' } as const;

const wait = (reason: string): ReplicaAction => ({ type: 'wait', reason });
const update = (index: number): ReplicaAction => ({ type: 'update', place: `dev-${index}` });

const cases: readonly (readonly [string, Partial<ReplicasState>, ReplicaAction])[] = [
  ['the first one is created', { ...alone, isBegun: false }, { type: 'create', index: 1 }],
  [
    'it gets programs once it has an address',
    { ...alone, isBegun: false, views: [bare(1)] },
    { type: 'configure', place: 'dev-1', role: 'first' },
  ],
  [
    'there is one until the API server has answered',
    { ...outside, isBegun: false, views: [view(1)] },
    { type: 'nothing' },
  ],
  ['a single one is changed although nothing answers then', { ...alone, views: [view(1, due)] }, update(1)],
  ['and so is one that is not ready', { ...alone, views: [view(1, { ...late, ...due })] }, update(1)],
  [
    'before others come, the first one is made ready for them',
    { views: [view(1, due)], members: 'unknown' },
    update(1),
  ],
  [
    'and waited for',
    { views: [view(1, late)], members: 'unknown' },
    wait('etcd does not answer, or has lost its majority'),
  ],
  [
    'then its etcd tells its address',
    { views: [view(1)], members: [hidden] },
    { type: 'announce', id: '1', place: 'dev-1' },
  ],
  ['then another one is created', { views: [view(1)], members: [member(1)] }, { type: 'create', index: 2 }],
  [
    'but not as long as one is not ready',
    { views: [view(1, late)], members: [member(1)] },
    wait('the replica dev-1 is not ready'),
  ],
  [
    'which joins as a learner',
    { views: [view(1), bare(2)], members: [member(1)] },
    { type: 'add', place: 'dev-2' },
  ],
  [
    'and then gets an etcd',
    { views: [view(1), bare(2)], members: [member(1), member(2, { isLearner: true, ...down })] },
    { type: 'configure', place: 'dev-2', role: 'joining' },
  ],
  [
    'and an API server when that votes, before the next one is created',
    { views: [view(1), view(2, due)], members: [member(1), member(2)] },
    update(2),
  ],
  ['nothing is done when all is as wanted', three, { type: 'nothing' }],
  [
    'of several that are to be changed, the first one is',
    { ...three, views: [view(1, due), view(2, due), view(3, due)] },
    update(1),
  ],
  [
    'and no other one until it is ready',
    { ...three, views: [view(1, late), view(2, due), view(3, due)] },
    { type: 'nothing' },
  ],
  [
    'nor as long as hosts have not looked at changes, of which nobody knows yet whether they are ready',
    { ...three, views: [view(1, late), view(2, { ...unseen, ...due }), view(3, { ...unseen, ...due })] },
    { type: 'nothing' },
  ],
  [
    'one that is not ready is changed first, since that may repair it',
    { ...three, views: [view(1, due), view(2, due), view(3, { ...late, ...due })] },
    update(3),
  ],
  [
    'although another one is not ready either, as long as the etcds of the others are healthy',
    { ...three, views: [view(1, { ...late, ...due }), view(2, late), view(3)] },
    update(1),
  ],
  [
    'but not if another etcd is down: etcd would lose its majority for a moment',
    {
      views: [view(1, { ...late, ...due }), view(2, late), view(3)],
      members: [member(1), member(2, down), member(3)],
    },
    wait('member dev-2 is not healthy'),
  ],
  [
    'one whose etcd is down has nothing to lose',
    {
      views: [view(1, due), view(2, { ...late, ...due }), view(3)],
      members: [member(1), member(2, down), member(3)],
    },
    update(2),
  ],
  [
    'while etcd does not answer, nothing that is ready is changed beside what is not',
    { ...three, views: [view(1, late), view(2, due), view(3)], members: 'unknown' },
    wait('etcd does not answer, or has lost its majority'),
  ],
  [
    'keys are made anew one by one',
    { ...three, views: [view(1, stale), view(2, stale), view(3)] },
    update(1),
  ],
  [
    'when their host has seen those before',
    { ...three, views: [view(1, { isSettled: false }), view(2, stale), view(3)] },
    { type: 'nothing' },
  ],
  [
    'an etcd that does not come back leaves, if the others have a majority',
    {
      views: [view(1), view(2), view(3, { ...late, isGivenUp: true })],
      members: [member(1), member(2), member(3, down)],
    },
    { type: 'remove', id: '3' },
  ],
  [
    'and stays if they do not',
    {
      views: [view(1), view(2, late), view(3, { ...late, isGivenUp: true })],
      members: [member(1), member(2, down), member(3, down)],
    },
    wait('etcd would lose its majority'),
  ],
  [
    'its pod goes then',
    { views: [view(1), view(2), view(3, late)], members: [member(1), member(2)] },
    { type: 'delete', place: 'dev-3' },
  ],
  ['one that is not wanted leaves etcd first', { ...three, replicas: 1 }, { type: 'remove', id: '3' }],
  [
    'when those that stay are ready',
    { ...three, replicas: 1, views: [view(1, late), view(2), view(3)] },
    wait('the replica dev-1 is not ready'),
  ],
  [
    'the first one to leave is one that does not become ready, although its etcd leads',
    {
      ...{ replicas: 1, views: [view(1), view(2, { ...late, isGivenUp: true })] },
      members: [member(1, { isLeader: false }), member(2, { isLeader: true })],
    },
    { type: 'remove', id: '2' },
  ],
  [
    'a pod that was deleted leaves etcd although another one is not ready',
    { ...three, views: [view(1), view(2, late), view(3, { isLeaving: true })] },
    { type: 'remove', id: '3' },
  ],
  [
    'with an etcd elsewhere, they come one by one',
    { ...outside, views: [view(1)] },
    { type: 'create', index: 2 },
  ],
  [
    'and go from the last one',
    { ...outside, replicas: 1, views: [view(1), view(2), view(3)] },
    { type: 'delete', place: 'dev-3' },
  ],
  [
    'one at a time',
    { ...outside, replicas: 1, views: [view(1), view(2), view(3, { isLeaving: true })] },
    wait('dev-3 is being deleted'),
  ],
];
for (const [name, more, action] of cases)
  test(name, () => {
    assert.deepEqual(
      planReplicas({ replicas: 3, isBegun: true, views: [], members: 'unknown', ...more }),
      action,
    );
  });
