import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heirOf } from './heir-of.ts';
import type { EtcdMember } from './workload-cluster.ts';

const member = (id: string, about: Partial<EtcdMember> = {}): EtcdMember => ({
  ...{ id, name: id, isLearner: false, isHealthy: true },
  ...about,
});

test('heirOf: a member takes over that answers and votes, and not the one that goes', () => {
  const members = [
    member('gone'),
    member('silent', { isHealthy: false }),
    member('learner', { isLearner: true }),
    member('heir'),
    member('other'),
  ];
  assert.equal(heirOf(members, member('gone'))?.id, 'heir');
  assert.equal(heirOf(members.slice(0, 3), member('gone')), undefined);
});

test('heirOf: nobody takes over from a learner', () => {
  assert.equal(heirOf([member('one')], member('learner', { isLearner: true })), undefined);
});
