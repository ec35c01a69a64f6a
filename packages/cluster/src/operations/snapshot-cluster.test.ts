import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { own } from '../contract/names.ts';
import { clusterSnapshotKind } from '../kinds/object-kinds.ts';
import { restoreCluster } from './restore-cluster.ts';
import { key, openCluster } from './running-cluster.sample.ts';
import { removeClusterSnapshot, removeLeftSnapshots, snapshotCluster } from './snapshot-cluster.ts';
import { resumeCluster, suspendCluster } from './suspend-cluster.ts';

const suspension = ['a Paused', 'b Paused', 'a Suspended', 'b Suspended', 'pod Stopped'];
const resumption = ['pod Running', 'a Running', 'b Running'];

test('a snapshot holds all of a cluster at one instant, and the cluster goes on', async () => {
  const { clusters, pods, done, waiting, client } = await openCluster();
  const { spec } = await snapshotCluster(key, 'ready', waiting);
  assert.deepEqual(done, [...suspension, 'pod Stopped', 'take a-0', 'take b-1', ...resumption]);
  assert.deepEqual(
    spec.machines.map(({ vmName, snapshot }) => [vmName, snapshot]),
    [
      ['a', 'a-0'],
      ['b', 'b-1'],
    ],
  );
  assert.deepEqual((await pods.get(key)).spec.copies, [spec.copy]);
  assert.equal((await clusters.get(key)).spec.paused, false);
  await assert.rejects(snapshotCluster(key, 'ready', waiting), { code: 'CLUSTER_SNAPSHOT_NAME_TAKEN' });
  await removeClusterSnapshot(key, 'ready', waiting);
  assert.deepEqual(done.slice(-2), ['remove a-0', 'remove b-1']);
  assert.deepEqual((await pods.get(key)).spec.copies, []);
  assert.equal(await new KindClient(client, clusterSnapshotKind).find({ ...key, name: 'ready' }), undefined);
  await assert.rejects(removeClusterSnapshot(key, 'ready', waiting), { code: 'CLUSTER_SNAPSHOT_NOT_FOUND' });
});

test('a cluster that somebody has suspended stays so, and one that is only paused has no snapshots', async () => {
  const { clusters, waiting } = await openCluster();
  await suspendCluster(key, waiting);
  await snapshotCluster(key, 'ready', waiting);
  assert.equal((await clusters.get(key)).metadata.annotations[own.suspended], 'wished');
  await resumeCluster(key, waiting);
  await clusters.modify(key, (now) => ({ ...now, spec: { ...now.spec, paused: true } }));
  await assert.rejects(snapshotCluster(key, 'other', waiting), { code: 'CLUSTER_PAUSED' });
});

test('a snapshot that fails leaves nothing, and the cluster goes on', async () => {
  const { clusters, pods, waiting } = await openCluster();
  const snapshots: typeof waiting.snapshots = {
    ...waiting.snapshots,
    create: async (uid, request, op) => {
      const taken = await waiting.snapshots.create(uid, request, op);
      if (taken.spec.vmName === 'b') throw new Error('no space');
      return taken;
    },
  };
  await assert.rejects(snapshotCluster(key, 'ready', { ...waiting, snapshots }), /no space/);
  assert.deepEqual(await waiting.snapshots.list(waiting.op.signal), []);
  assert.deepEqual((await pods.get(key)).spec.copies, []);
  assert.equal((await clusters.get(key)).spec.paused, false);
});

test('what a snapshot that was killed has left goes with the next one of its name, or with the cluster', async () => {
  const { vms, done, waiting } = await openCluster();
  const left = async () => {
    const { uid } = (await vms.get({ ...key, name: 'a' })).metadata;
    const labels = { 'cluster.x-k8s.io/cluster-name': 'dev', [own.clusterSnapshot]: 'ready' };
    await waiting.snapshots.create(uid, { labels }, waiting.op);
  };
  await left();
  await snapshotCluster(key, 'ready', waiting);
  assert.ok(done.includes('remove a-0'));
  done.length = 0;
  await removeLeftSnapshots(key, waiting);
  assert.deepEqual(done, []);
  await removeClusterSnapshot(key, 'ready', waiting);
  await left();
  done.length = 0;
  await removeLeftSnapshots(key, waiting);
  assert.deepEqual(done, ['remove a-0']);
});

test('a cluster goes back: it stands still, then its programs, then its VMs', async () => {
  const { clusters, pods, done, waiting } = await openCluster();
  const { spec } = await snapshotCluster(key, 'ready', waiting);
  done.length = 0;
  await restoreCluster(key, 'ready', waiting);
  assert.deepEqual(done, [
    ...['a Paused', 'b Paused', 'pod Running'],
    ...['bring a back to uid-of-a-0', 'bring b back to uid-of-b-1'],
  ]);
  assert.equal((await pods.get(key)).spec.restored?.copy, spec.copy);
  const { metadata, spec: after } = await clusters.get(key);
  assert.deepEqual([after.paused, metadata.annotations], [false, {}]);
});

test('a cluster that was brought back in part does not go on before it is whole', async () => {
  const { clusters, waiting } = await openCluster();
  await snapshotCluster(key, 'ready', waiting);
  const rollback = async (): Promise<never> => {
    throw new Error('killed');
  };
  const cut = { ...waiting, snapshots: { ...waiting.snapshots, rollback } };
  await assert.rejects(restoreCluster(key, 'ready', cut), /killed/);
  for (const change of [resumeCluster(key, waiting), snapshotCluster(key, 'other', waiting)])
    await assert.rejects(change, { code: 'CLUSTER_RESTORING' });
  await restoreCluster(key, 'ready', waiting);
  assert.equal((await clusters.get(key)).spec.paused, false);
});

test('a cluster with other machines than then does not go back, and stays as it is', async () => {
  const { clusters, vms, waiting } = await openCluster();
  await snapshotCluster(key, 'ready', waiting);
  await vms.delete({ ...key, name: 'b' });
  await assert.rejects(restoreCluster(key, 'ready', waiting), {
    code: 'CLUSTER_SNAPSHOT_UNFIT',
    message: /the VM b of then is gone/,
  });
  assert.equal((await clusters.get(key)).spec.paused, false);
  await assert.rejects(restoreCluster(key, 'none', waiting), { code: 'CLUSTER_SNAPSHOT_NOT_FOUND' });
});
