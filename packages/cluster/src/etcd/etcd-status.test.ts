import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import type { EtcdCluster, EtcdClusterStatus } from '../kinds/etcd-cluster.ts';
import type { ManagedMember } from '../workload/workload-cluster.ts';
import { type SeenEtcd, memberStatuses, withEtcdStatus } from './etcd-status.ts';

const startMs = Date.parse('2026-11-30T00:00:00Z');
const minuteMs = 60_000;
const vms = [1, 2, 3].map(
  (index) =>
    ({
      metadata: { name: `db-${index}`, annotations: {} },
      spec: { network: { address: `10.0.0.${index}` } },
      status: { phase: 'Running' },
    }) as unknown as Vm,
);
const member = (index: number, given: Partial<ManagedMember> = {}): ManagedMember => ({
  ...{ id: String(index), name: `db-${index}`, peerUrls: [`https://10.0.0.${index}:2380`] },
  ...{ isLearner: false, isHealthy: true, isLeader: index === 1, version: '3.6.5', ...given },
});
const clusterWith = (status: EtcdClusterStatus): EtcdCluster =>
  ({
    metadata: { name: 'db', namespace: 'default', generation: 1 },
    spec: { replicas: 3, version: '3.6.5', vm: {} },
    status,
  }) as unknown as EtcdCluster;

test('the time of a member begins when etcd has said that it goes on without it', () => {
  let cluster = clusterWith({ initialized: true });
  const look = (minute: number, members: SeenEtcd['members']): string | undefined => {
    const nowMs = startMs + minute * minuteMs;
    cluster = withEtcdStatus(cluster, { vms, members }, { action: { type: 'nothing' }, nowMs });
    return cluster.status!.members![2]!.unhealthyTime;
  };
  const all = [member(1), member(2), member(3)];
  const without = [member(1), member(2), member(3, { isHealthy: false })];
  assert.equal(look(0, all), undefined);
  assert.equal(look(1, 'unknown'), undefined);
  assert.equal(look(20, without), '2026-11-30T00:20:00.000Z');
  assert.equal(look(25, 'unknown'), '2026-11-30T00:20:00.000Z', 'a call that fails is no outage');
  assert.equal(look(25.5, without), '2026-11-30T00:20:00.000Z');
  assert.equal(look(26, 'unknown'), '2026-11-30T00:20:00.000Z');
  assert.equal(look(46, without), '2026-11-30T00:46:00.000Z');
});

test('a first member that has never answered has been unhealthy from the beginning', () => {
  const seen = { vms, members: 'unknown' } as const;
  const [first] = memberStatuses(seen, clusterWith({}), startMs);
  assert.equal(first!.unhealthyTime, '2026-11-30T00:00:00.000Z');
});

test('an alarm is told, and etcd is not ready until it is taken back', () => {
  const alarms = ['NOSPACE of db-2'];
  const members = [member(1, { alarms }), member(2, { alarms }), member(3)];
  const tell = (action: Parameters<typeof withEtcdStatus>[2]['action']) => {
    const told = withEtcdStatus(clusterWith({}), { vms, members }, { action, nowMs: startMs }).status;
    const { status, message } = told!.conditions!.find(({ type }) => type === 'Ready')!;
    return { status, message, endpoints: told!.endpoints!.length };
  };
  const alarm = 'etcd has the alarm NOSPACE of db-2';
  assert.deepEqual(tell({ type: 'nothing' }), { status: 'False', message: alarm, endpoints: 3 });
  assert.equal(tell({ type: 'create', index: 4 }).message, `${alarm}; a VM is being created`);
});
