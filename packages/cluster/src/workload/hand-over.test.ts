import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handOver } from './hand-over.ts';
import type { EtcdServers, ManagedMember } from './workload-cluster.ts';

const { signal } = new AbortController();
const member = (id: string, more: Partial<ManagedMember> = {}): ManagedMember => ({
  ...{ id, name: `db-${id}`, peerUrls: [], isLearner: false, isHealthy: true, isLeader: id === '1' },
  ...more,
});

/** Hands the lead of a member over. Resolves with those that etcd was told to follow. */
async function toldBy(id: string, members: readonly ManagedMember[]): Promise<readonly string[]> {
  const told: string[] = [];
  const etcd = { moveLeader: async (to: string) => void told.push(to) } as unknown as EtcdServers;
  await handOver(id, members, etcd, signal);
  return told;
}

test('another member leads in the place of one that leads', async () => {
  assert.deepEqual(await toldBy('1', [member('1'), member('2'), member('3')]), ['2']);
  assert.deepEqual(await toldBy('1', [member('1'), member('2', { isHealthy: false }), member('3')]), ['3']);
});

test('nothing is changed if the member does not lead, is unknown, or has no heir', async () => {
  assert.deepEqual(await toldBy('2', [member('1'), member('2')]), []);
  assert.deepEqual(await toldBy('1', []), []);
  assert.deepEqual(await toldBy('1', [member('1')]), []);
  assert.deepEqual(await toldBy('1', [member('1'), member('2', { isLearner: true })]), []);
});
