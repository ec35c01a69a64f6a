import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ManagedMember } from './workload-cluster.ts';
import type { MemberPlace } from './member-place.ts';
import { type EtcdAction, type EtcdState, planEtcd } from './plan-etcd.ts';

const place = (index: number, more: Partial<MemberPlace> = {}): MemberPlace => ({
  ...{ name: `db-${index}`, index, address: `10.0.0.${index}` },
  ...{ isLeaving: false, isConfigured: true, isRenewalDue: false, isUpToDate: true, isGivenUp: false },
  ...more,
});
const fresh = (index: number, more: Partial<MemberPlace> = {}): MemberPlace =>
  place(index, { isConfigured: false, ...more });
const withoutAddress = ({ address: _address, ...rest }: MemberPlace): MemberPlace => rest;

const member = (index: number, more: Partial<ManagedMember> = {}): ManagedMember => ({
  ...{ id: String(index), name: `db-${index}`, peerUrls: [`https://10.0.0.${index}:2380`] },
  ...{ isLearner: false, isHealthy: true, isLeader: index === 1 },
  ...more,
});
const down = { isHealthy: false } as const;
const learner = (index: number, more: Partial<ManagedMember> = {}): ManagedMember =>
  member(index, { isLearner: true, ...more });

const state = (more: Partial<EtcdState>): EtcdState => ({
  ...{ replicas: 3, isInitialized: true, places: [], members: 'unknown' },
  ...more,
});
const three = { places: [place(1), place(2), place(3)], members: [member(1), member(2), member(3)] };
const begin = { isInitialized: false } as const;

const wait = (reason: string): EtcdAction => ({ type: 'wait', reason });
const nothing = { type: 'nothing' } as const;

const cases: readonly (readonly [string, Partial<EtcdState>, EtcdAction])[] = [
  ['it begins with one VM', begin, { type: 'create', index: 1 }],
  [
    'which has no address yet',
    { ...begin, places: [withoutAddress(fresh(1))] },
    wait('db-1 has no address yet'),
  ],
  [
    'and then gets its keys',
    { ...begin, places: [fresh(1)] },
    { type: 'configure', place: 'db-1', role: 'first' },
  ],
  ['and is waited for', { ...begin, places: [place(1)] }, wait('the first member db-1 does not answer yet')],
  [
    'a first VM that never answers is replaced',
    { ...begin, places: [place(1, { isGivenUp: true })] },
    { type: 'delete', place: 'db-1' },
  ],
  [
    'but only after it is gone',
    { ...begin, places: [place(1, { isLeaving: true })] },
    wait('db-1 is being deleted'),
  ],
  [
    'an etcd that has begun is never begun again, although all its VMs are gone',
    {},
    wait('etcd does not answer, or has lost its majority'),
  ],
  [
    'while it does not answer, nothing is done to it',
    { places: [place(1, { isGivenUp: true }), place(2), place(3)] },
    wait('etcd does not answer, or has lost its majority'),
  ],
  ['all is well', three, nothing],
  ['it grows by one VM', { places: [place(1)], members: [member(1)] }, { type: 'create', index: 2 }],
  [
    'whose member is added when its address is known',
    { places: [place(1), fresh(2)], members: [member(1)] },
    { type: 'add', place: 'db-2' },
  ],
  [
    'gets its keys as a learner',
    { places: [place(1), fresh(2)], members: [member(1), learner(2, { name: '', ...down })] },
    { type: 'configure', place: 'db-2', role: 'joining' },
  ],
  [
    'catches up',
    { places: [place(1), place(2)], members: [member(1), learner(2, down)] },
    wait('member db-2 is catching up'),
  ],
  [
    'and votes then',
    { places: [place(1), place(2)], members: [member(1), learner(2)] },
    { type: 'promote', id: '2' },
  ],
  [
    'a learner whose VM will not come is taken back',
    { places: [place(1), place(2, { isGivenUp: true })], members: [member(1), learner(2, down)] },
    { type: 'remove', id: '2' },
  ],
  [
    'a learner without a VM is taken back',
    { places: [place(1)], members: [member(1), learner(2, down)] },
    { type: 'remove', id: '2' },
  ],
  [
    'a VM that was a member once does not become one again',
    { places: [place(1), place(2)], members: [member(1)] },
    { type: 'delete', place: 'db-2' },
  ],
  [
    'nobody joins while a member is not healthy',
    {
      places: [place(1), place(2), place(3), fresh(4)],
      replicas: 5,
      members: [member(1), member(2), member(3, down)],
    },
    wait('member db-3 is not healthy'),
  ],
  [
    'a member whose VM is gone leaves etcd first',
    { places: [place(1), place(2)], members: [member(1), member(2), member(3, down)] },
    { type: 'remove', id: '3' },
  ],
  [
    'and so does one whose VM is being deleted',
    { places: [place(1), place(2), place(3, { isLeaving: true })], members: three.members },
    { type: 'remove', id: '3' },
  ],
  [
    'unless the majority would go with it',
    { places: [place(1), place(2)], members: [member(1), member(2, down), member(3)] },
    wait('etcd would lose its majority'),
  ],
  [
    'a member that is unhealthy for a short time is waited for',
    { ...three, members: [member(1), member(2), member(3, down)] },
    wait('member db-3 is not healthy'),
  ],
  [
    'one that stays so is replaced, although a VM waits to join',
    {
      places: [place(1), place(2), place(3, { isGivenUp: true }), fresh(4)],
      members: [member(1), member(2), member(3, down)],
    },
    { type: 'remove', id: '3' },
  ],
  ['it shrinks by one member that does not lead', { ...three, replicas: 1 }, { type: 'remove', id: '3' }],
  [
    'of two, the one that leads stays',
    {
      replicas: 1,
      places: [place(1), place(2)],
      members: [member(1, { isLeader: false }), member(2, { isLeader: true })],
    },
    { type: 'remove', id: '1' },
  ],
  [
    'a VM that is not wanted any more does not join',
    { replicas: 1, places: [place(1), fresh(2)], members: [member(1)] },
    { type: 'delete', place: 'db-2' },
  ],
  [
    'an outdated member is replaced by one more',
    { places: [place(1, { isUpToDate: false }), place(2), place(3)], members: three.members },
    { type: 'create', index: 4 },
  ],
  [
    'and leaves when that is there',
    {
      places: [place(1, { isUpToDate: false }), place(2), place(3), place(4)],
      members: [...three.members, member(4)],
    },
    { type: 'remove', id: '1' },
  ],
  [
    'a new VM has a number that none has, not even one that is about to go',
    { places: [place(1), place(2)], members: [member(1), member(2)] },
    { type: 'create', index: 3 },
  ],
  [
    'keys are renewed by a restart of one member',
    {
      places: [place(1), place(2, { isRenewalDue: true }), place(3, { isRenewalDue: true })],
      members: three.members,
    },
    { type: 'configure', place: 'db-2', role: 'known' },
  ],
  [
    'the next one waits until it is back',
    {
      places: [place(1), place(2), place(3, { isRenewalDue: true })],
      members: [member(1), member(2, down), member(3)],
    },
    wait('member db-2 is not healthy'),
  ],
  [
    'the only member is restarted too',
    { replicas: 1, places: [place(1, { isRenewalDue: true })], members: [member(1)] },
    { type: 'configure', place: 'db-1', role: 'known' },
  ],
];

describe('an etcd cluster', () => {
  for (const [name, given, expected] of cases)
    test(name, () => assert.deepEqual(planEtcd(state(given)), expected));
});
