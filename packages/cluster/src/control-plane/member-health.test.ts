import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EtcdMember } from '../workload/workload-cluster.ts';
import { memberFinding } from './member-health.ts';

const member = (more: Partial<EtcdMember> = {}): EtcdMember => ({
  ...{ id: '1', name: 'node', isLearner: false, isHealthy: true },
  ...more,
});

for (const [what, node, members, status, message] of [
  ['a member that votes and answers', 'node', [member()], 'True', ''],
  ['a member that does not answer', 'node', [member({ isHealthy: false })], 'False', 'it does not answer'],
  [
    'a member that only learns, be it healthy',
    'node',
    [member({ isLearner: true })],
    'False',
    'it does not vote yet',
  ],
  ['no member', 'node', [member({ name: 'other' })], 'False', 'there is no such member'],
  ['an etcd that nobody can ask', 'node', 'unknown', 'Unknown', 'etcd does not answer'],
  ['no node', undefined, [member()], 'Unknown', 'there is no node yet'],
] as const)
  test(`memberFinding: ${what}`, () => {
    const found = memberFinding(node, members);
    assert.deepEqual([found.status, found.message ?? ''], [status, message]);
  });
