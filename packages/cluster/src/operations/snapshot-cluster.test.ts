import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxCopies } from '@ignite/api/host-pod/host-pod';
import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import { own } from '../contract/names.ts';
import { isPaused } from '../kinds/cluster.ts';
import {
  clusterSnapshotKind,
  hostedControlPlaneKind,
  kubeadmControlPlaneKind,
} from '../kinds/object-kinds.ts';
import { restoreCluster } from './restore-cluster.ts';
import { key, metadata, openCluster } from './running-cluster.sample.ts';
import { removeClusterSnapshot, removeLeftParts, snapshotCluster } from './snapshot-cluster.ts';
import type { SnapshotWaiting } from './snapshot-waiting.ts';
import { resumeCluster, suspendCluster } from './suspend-cluster.ts';

const suspension = ['a Paused', 'b Paused', 'a Suspended', 'b Suspended', 'pod Stopped'];
const resumption = ['a Paused', 'b Paused', 'pod Running', 'a Running', 'b Running'];

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
  assert.equal(isPaused(await clusters.get(key)), false);
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
  assert.equal(isPaused(await clusters.get(key)), false);
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
  await removeLeftParts(key, waiting);
  assert.deepEqual(done, []);
  await removeClusterSnapshot(key, 'ready', waiting);
  await left();
  done.length = 0;
  await removeLeftParts(key, waiting);
  assert.deepEqual(done, ['remove a-0']);
});

test('a cluster goes back: it stands still, then its programs, then its VMs', async () => {
  const { clusters, pods, done, waiting } = await openCluster();
  const { spec } = await snapshotCluster(key, 'ready', waiting);
  done.length = 0;
  await restoreCluster(key, 'ready', waiting);
  assert.deepEqual(done, [
    ...['a Paused', 'b Paused', 'pod Stopped', 'pod Running'],
    ...['bring a back to uid-of-a-0', 'bring b back to uid-of-b-1'],
  ]);
  assert.equal((await pods.get(key)).spec.restored?.copy, spec.copy);
  const { metadata, spec: after } = await clusters.get(key);
  assert.deepEqual([after.paused, metadata.annotations], [undefined, {}]);
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
  assert.equal(isPaused(await clusters.get(key)), false);
});

test('a cluster with other machines than then does not go back, and stays as it is', async () => {
  const { clusters, vms, waiting } = await openCluster();
  await snapshotCluster(key, 'ready', waiting);
  await vms.delete({ ...key, name: 'b' });
  await assert.rejects(restoreCluster(key, 'ready', waiting), {
    code: 'CLUSTER_SNAPSHOT_UNFIT',
    message: /the VM b of then is gone/,
  });
  assert.equal(isPaused(await clusters.get(key)), false);
  await assert.rejects(restoreCluster(key, 'none', waiting), { code: 'CLUSTER_SNAPSHOT_NOT_FOUND' });
});

test('a snapshot gives way to a command that begins meanwhile, and leaves nothing', async () => {
  for (const meanwhile of [resumeCluster, suspendCluster]) {
    const { client, clusters, vms, pods, waiting } = await openCluster();
    const create = onSecond(waiting, async () => await meanwhile(key, waiting));
    const cut = { ...waiting, snapshots: { ...waiting.snapshots, create } };
    await assert.rejects(snapshotCluster(key, 'torn', cut), { code: 'CLUSTER_TAKEN_OVER' });
    assert.deepEqual(await waiting.snapshots.list(waiting.op.signal), []);
    assert.equal(await new KindClient(client, clusterSnapshotKind).find({ ...key, name: 'torn' }), undefined);
    assert.deepEqual((await pods.get(key)).spec.copies, []);
    const phase = meanwhile === resumeCluster ? 'Running' : 'Suspended';
    assert.deepEqual(
      (await vms.list()).items.map(({ status }) => status.phase),
      [phase, phase],
    );
    assert.equal(isPaused(await clusters.get(key)), meanwhile === suspendCluster);
  }
});

test('of two snapshots of one name, the later one is taken whole, and the other takes nothing of it away', async () => {
  const { client, pods, waiting } = await openCluster();
  const create = onSecond(waiting, async () => await snapshotCluster(key, 'ready', waiting));
  const first = { ...waiting, snapshots: { ...waiting.snapshots, create } };
  await assert.rejects(snapshotCluster(key, 'ready', first), { code: 'CLUSTER_TAKEN_OVER' });
  const { spec } = await new KindClient(client, clusterSnapshotKind).get({ ...key, name: 'ready' });
  assert.deepEqual(
    (await waiting.snapshots.list(waiting.op.signal)).map(({ metadata }) => metadata.name),
    spec.machines.map(({ snapshot }) => snapshot),
  );
  assert.deepEqual((await pods.get(key)).spec.copies, [spec.copy]);
  await restoreCluster(key, 'ready', waiting);
});

test('another snapshot can be removed while one is taken, which keeps its parts', async () => {
  const { pods, waiting } = await openCluster();
  await snapshotCluster(key, 'old', waiting);
  const create = onSecond(waiting, async () => {
    await removeClusterSnapshot(key, 'old', waiting);
    await assert.rejects(removeClusterSnapshot(key, 'ready', waiting), {
      code: 'CLUSTER_SNAPSHOT_NOT_FOUND',
    });
  });
  const { spec } = await snapshotCluster(key, 'ready', {
    ...waiting,
    snapshots: { ...waiting.snapshots, create },
  });
  assert.deepEqual((await pods.get(key)).spec.copies, [spec.copy]);
  await restoreCluster(key, 'ready', waiting);
});

test('a cluster goes on although the time of its snapshot is up, however far that was', async () => {
  for (const endMs of [1_000, 3_000, 4_000, 6_500]) {
    const { clusters, vms, pods, stopAt } = await openCluster();
    const taken = snapshotCluster(key, 'late', stopAt(endMs));
    // The last one is in time, and has not gone on by then.
    if (endMs === 6_500) await taken;
    else await assert.rejects(taken, { code: 'CLUSTER_NOT_READY' });
    assert.deepEqual((await clusters.get(key)).metadata.annotations, {});
    assert.deepEqual(
      (await vms.list()).items.map(({ status }) => status.phase),
      ['Running', 'Running'],
    );
    assert.notEqual((await pods.get(key)).spec.power, 'Stopped');
  }
});

test('a snapshot that is aborted tells how the cluster goes on', async () => {
  const { clusters, waiting } = await openCluster();
  const abortion = new AbortController();
  const told: string[] = [];
  const op: typeof waiting.op = {
    signal: abortion.signal,
    report: (event) => void (event.kind === 'warning' && told.push(event.message)),
  };
  const sleep: typeof waiting.clock.sleep = async (ms, signal) => {
    await waiting.clock.sleep(ms, signal);
    abortion.abort();
    signal?.throwIfAborted();
  };
  await assert.rejects(snapshotCluster(key, 'ready', { ...waiting, op, clock: { ...waiting.clock, sleep } }));
  assert.deepEqual(told, [
    'cluster "dev" may stand still: "ignite cluster resume default/dev" lets it go on',
  ]);
  await resumeCluster(key, waiting);
  assert.equal(isPaused(await clusters.get(key)), false);
});

test('a snapshot that a restoration needs is not removed', async () => {
  const { waiting } = await openCluster();
  await snapshotCluster(key, 'ready', waiting);
  const rollback = async (): Promise<never> => {
    throw new Error('killed');
  };
  const cut = { ...waiting, snapshots: { ...waiting.snapshots, rollback } };
  await assert.rejects(restoreCluster(key, 'ready', cut), /killed/);
  await assert.rejects(removeClusterSnapshot(key, 'ready', waiting), { code: 'CLUSTER_RESTORING' });
  await restoreCluster(key, 'ready', waiting);
  await removeClusterSnapshot(key, 'ready', waiting);
});

test('a cluster whose etcd is elsewhere has no snapshots', async () => {
  const { client, clusters, done, waiting } = await openCluster();
  const etcd = { external: { endpoints: ['https://x'], caFile: '/a', certFile: '/b', keyFile: '/c' } };
  const infrastructureRef = {
    apiGroup: 'infrastructure.cluster.x-k8s.io',
    kind: 'IgniteMachineTemplate',
    name: 'dev',
  };
  const controlPlanes = [
    [hostedControlPlaneKind, { etcd: { external: { name: 'far' } } }],
    [
      kubeadmControlPlaneKind,
      {
        machineTemplate: { spec: { infrastructureRef } },
        kubeadmConfigSpec: { clusterConfiguration: { etcd } },
      },
    ],
  ] as const;
  for (const [kind, spec] of controlPlanes) {
    await objectsOf(client, kind).create({
      metadata: metadata('dev'),
      spec: { version: 'v1.35.4', ...spec },
    });
    await clusters.modify(key, (now) => ({
      ...now,
      spec: { ...now.spec, controlPlaneRef: { apiGroup: kind.group, kind: kind.kind, name: 'dev' } },
    }));
    await assert.rejects(snapshotCluster(key, 'ready', waiting), {
      code: 'CLUSTER_SNAPSHOT_UNSUPPORTED',
      message: /its etcd is elsewhere/,
    });
  }
  assert.deepEqual(done, []);
});

test('no snapshot is taken beyond what the pods of a cluster can keep', async () => {
  const { client, done, waiting } = await openCluster();
  for (let count = 0; count < maxCopies; count += 1)
    await new KindClient(client, clusterSnapshotKind).create({
      metadata: { ...metadata(`old-${count}`) },
      spec: { clusterName: 'dev', copy: `copy-${count}`, machines: [], podNames: [] },
    });
  await assert.rejects(snapshotCluster(key, 'ready', waiting), {
    code: 'CLUSTER_SNAPSHOT_UNSUPPORTED',
    message: /it has 64 snapshots already/,
  });
  assert.deepEqual(done, []);
});

test('a cluster with other pods than then does not go back, and no copy of today takes the place of one that is gone', async () => {
  const { pods, waiting } = await openCluster();
  await snapshotCluster(key, 'ready', waiting);
  const old = await pods.get(key);
  await pods.create({ metadata: metadata('other'), spec: { programs: [] } });
  await assert.rejects(restoreCluster(key, 'ready', waiting), { message: /the HostPod other is newer/ });
  await pods.delete(old.metadata);
  await pods.delete(metadata('other'));
  await assert.rejects(restoreCluster(key, 'ready', waiting), { message: /the HostPod dev of then is gone/ });
  await pods.create({ metadata: metadata('dev'), spec: { programs: [] } });
  const { spec } = await snapshotCluster(key, 'later', waiting);
  assert.deepEqual((await pods.get(key)).spec.copies, [spec.copy]);
  await assert.rejects(restoreCluster(key, 'ready', waiting), { message: /the HostPod dev has no copy/ });
});

/** Has something happen before the second part of a snapshot is taken. */
function onSecond(
  { snapshots }: SnapshotWaiting,
  happens: () => Promise<unknown>,
): SnapshotWaiting['snapshots']['create'] {
  let count = 0;
  return async (...request) => {
    count += 1;
    if (count === 2) await happens();
    return await snapshots.create(...request);
  };
}
