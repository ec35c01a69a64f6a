import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { own } from '../contract/names.ts';
import { isPaused } from '../kinds/cluster.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import { key, metadata, openCluster } from './running-cluster.sample.ts';
import { resumeCluster, suspendCluster } from './suspend-cluster.ts';

test('a cluster is suspended at one instant, and goes on from its control plane', async () => {
  const { clusters, done, waiting } = await openCluster();
  await suspendCluster(key, waiting);
  assert.deepEqual(done.splice(0), ['a Paused', 'b Paused', 'a Suspended', 'b Suspended', 'pod Stopped']);
  const suspended = await clusters.get(key);
  assert.equal(isPaused(suspended), true);
  assert.deepEqual(suspended.metadata.annotations, { [own.suspended]: 'wished' });
  await resumeCluster(key, waiting);
  // The guests are loaded while the control plane starts.
  assert.deepEqual(done, ['a Paused', 'b Paused', 'pod Running', 'a Running', 'b Running']);
  const { metadata: after, spec } = await clusters.get(key);
  assert.deepEqual([spec.paused, after.annotations], [undefined, {}]);
});

test('a suspension that was cut short is finished by another one, and taken back by a resumption', async () => {
  const { done, stopAt, waiting, clusters } = await openCluster();
  await assert.rejects(suspendCluster(key, stopAt(1_000)), { code: 'CLUSTER_NOT_READY' });
  assert.equal(isPaused(await clusters.get(key)), true);
  await suspendCluster(key, waiting);
  assert.deepEqual(done.splice(0), ['a Paused', 'b Paused', 'a Suspended', 'b Suspended', 'pod Stopped']);
  await resumeCluster(key, waiting);
  await assert.rejects(suspendCluster(key, { ...waiting, endMs: waiting.clock.now() + 3_000 }), {
    code: 'CLUSTER_NOT_READY',
  });
  done.length = 0;
  await resumeCluster(key, waiting);
  assert.deepEqual(done.slice(-2), ['a Running', 'b Running']);
  assert.equal(isPaused(await clusters.get(key)), false);
});

test('a VM that somebody has stopped stays so, and a cluster that is only paused is not looked into', async () => {
  const { vms, clusters, done, waiting } = await openCluster();
  await vms.modify({ ...key, name: 'b' }, (now) => ({ ...now, spec: { ...now.spec, power: 'Stopped' } }));
  await suspendCluster(key, waiting);
  await resumeCluster(key, waiting);
  assert.ok(
    done.every((text) => !text.startsWith('b ') || text === 'b Stopped'),
    done.join(),
  );
  await vms.modify({ ...key, name: 'a' }, (now) => ({ ...now, spec: { ...now.spec, power: 'Suspended' } }));
  await clusters.modify(key, (now) => ({ ...now, spec: { ...now.spec, paused: true } }));
  await resumeCluster(key, waiting);
  assert.equal((await vms.get({ ...key, name: 'a' })).spec.power, 'Suspended');
  assert.equal((await clusters.get(key)).spec.paused, false);
});

test('a cluster with machines of another provider is not suspended, and not paused', async () => {
  const { client, clusters, waiting } = await openCluster();
  await new KindClient(client, machineKind).create({
    metadata: metadata('far'),
    spec: {
      ...{ clusterName: 'dev', bootstrap: { dataSecretName: 'data' } },
      infrastructureRef: { apiGroup: 'infrastructure.example', kind: 'FarMachine', name: 'far' },
    },
  });
  await assert.rejects(suspendCluster(key, waiting), {
    code: 'CLUSTER_SUSPEND_UNSUPPORTED',
    message: /its machine far is no VM of Ignite, but of kind FarMachine/,
  });
  assert.deepEqual((await clusters.get(key)).metadata.annotations, {});
  await assert.rejects(suspendCluster({ ...key, name: 'none' }, waiting), { code: 'CLUSTER_NOT_FOUND' });
});

test('a suspension gives way to a resumption that begins meanwhile', async () => {
  const { clusters, vms, waiting } = await openCluster();
  let isResumed = false;
  const sleep: typeof waiting.clock.sleep = async (ms, signal) => {
    await waiting.clock.sleep(ms, signal);
    if (isResumed || (await vms.get({ ...key, name: 'a' })).status.phase !== 'Suspended') return;
    isResumed = true;
    await resumeCluster(key, waiting);
  };
  await assert.rejects(suspendCluster(key, { ...waiting, clock: { ...waiting.clock, sleep } }), {
    code: 'CLUSTER_TAKEN_OVER',
  });
  assert.deepEqual(
    (await vms.list()).items.map(({ status }) => status.phase),
    ['Running', 'Running'],
  );
  assert.deepEqual((await clusters.get(key)).metadata.annotations, {});
});

test('a cluster that somebody has paused, be it before or meanwhile, stays so when it goes on', async () => {
  const { clusters, waiting } = await openCluster();
  const pause = async () =>
    await clusters.modify(key, (now) => ({ ...now, spec: { ...now.spec, paused: true } }));
  for (const order of [
    [pause, suspendCluster],
    [suspendCluster, pause],
  ]) {
    for (const step of order) await step(key, waiting);
    const { spec, metadata: gone } = await resumeCluster(key, waiting);
    assert.deepEqual([spec.paused, gone.annotations], [true, {}]);
    assert.equal(isPaused(await resumeCluster(key, waiting)), false);
  }
});
