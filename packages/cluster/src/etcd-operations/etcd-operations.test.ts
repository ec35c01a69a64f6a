import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { EtcdClusterStatus } from '../kinds/etcd-cluster.ts';
import { kinds } from '../kinds/kinds.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import { awaitedOfEtcd } from './await-etcd.ts';
import { changeEtcd } from './change-etcd.ts';
import { createEtcd, planEtcdCluster } from './create-etcd.ts';

const { signal } = new AbortController();
const key = { namespace: 'default', name: 'db' };
const request = { ...key, replicas: 3, version: '3.6.5', memory: '1GB' };

function open() {
  const client = new StoreObjectClient(new MemoryStore(), kinds.map(servedKindOf));
  const clusters = new KindClient(client, etcdClusterKind);
  const tell = async (status: EtcdClusterStatus): Promise<void> =>
    void (await clusters.modifyStatus(key, (now) => ({ ...now, status })));
  return { client, clusters, tell };
}

const ready = (status: 'True' | 'False', message = '') => ({
  conditions: [
    {
      ...{ type: 'Ready', status, reason: 'R', message, observedGeneration: 1 },
      lastTransitionTime: '2026-11-30T00:00:00Z',
    },
  ],
});

test('an etcd cluster that was asked for in the same words, and is not up yet, is the one that was asked for', async () => {
  const { client, tell } = open();
  const planned = planEtcdCluster(request);
  const made = await createEtcd(planned, client, signal);
  assert.equal((await createEtcd(planned, client, signal)).metadata.uid, made.metadata.uid);
  const other = planEtcdCluster({ ...request, memory: '2GB' });
  await assert.rejects(createEtcd(other, client, signal), { code: 'ETCD_EXISTS' });
  await tell({ observedGeneration: 1, readyReplicas: 3, ...ready('True') });
  await assert.rejects(createEtcd(planned, client, signal), { code: 'ETCD_EXISTS' });
});

test('what an etcd cluster lacks is told', async () => {
  const { client, clusters, tell } = open();
  await createEtcd(planEtcdCluster(request), client, signal);
  const lacks = async (): Promise<string | undefined> => awaitedOfEtcd(await clusters.get(key));
  assert.equal(await lacks(), 'its controller to look at it');
  await tell({ observedGeneration: 1, readyReplicas: 1, ...ready('False', 'VM db-2 is joining') });
  assert.equal(await lacks(), 'etcd: 1 of 3 members are healthy (VM db-2 is joining)');
  await tell({ observedGeneration: 1, readyReplicas: 3, ...ready('True') });
  assert.equal(await lacks(), undefined);
  await changeEtcd(key, { replicas: 5 }, client, signal);
  assert.equal(await lacks(), 'its controller to look at it');
});

test('an upgrade takes the image of the version, unless another one is named', async () => {
  const { client } = open();
  await createEtcd(planEtcdCluster({ ...request, image: 'example.com/etcd:3.6.5' }), client, signal);
  const first = await changeEtcd(key, { version: '3.6.6', image: 'example.com/etcd:3.6.6' }, client, signal);
  assert.equal(first.spec.vm.image?.oci, 'example.com/etcd:3.6.6');
  const next = await changeEtcd(key, { version: '3.6.7', image: undefined }, client, signal);
  assert.equal(next.spec.vm.image, undefined);
});

const refused: readonly (readonly [string, object, RegExp])[] = [
  ['an even number of members', { replicas: 2 }, /must be 1, 3, 5 or 7/],
  ['a version that skips one', { version: '3.8.0' }, /must not skip a minor version: 3\.6\.5 runs now/],
  ['a version that goes back', { version: '3.5.9' }, /must not go back to an older minor version/],
  ['another snapshot', { restore: { hostPath: '/other' } }, /restore/],
  [
    'an address that all members would have',
    { vm: { network: { address: '10.0.0.1' } } },
    /each member has its own/,
  ],
  [
    'a published port',
    { vm: { network: { ports: [{ hostPort: 1, vmPort: 2 }] } } },
    /must not publish ports/,
  ],
];
for (const setting of [
  'force-new-cluster',
  'wal-dir',
  'discovery-srv',
  'initial-cluster',
  'listen-client-http-urls',
])
  test(`the setting ${setting} is refused`, async () => {
    const { client, clusters } = open();
    await createEtcd(planEtcdCluster(request), client, signal);
    const changed = clusters.modify(key, (now) => ({
      ...now,
      spec: { ...now.spec, config: { [setting]: 'x', 'snapshot-count': 10_000 } },
    }));
    await assert.rejects(changed, /must not set what the cluster sets itself/);
  });

test('other settings are accepted', async () => {
  const { client, clusters } = open();
  await createEtcd(planEtcdCluster(request), client, signal);
  const config = { 'quota-backend-bytes': 4_294_967_296, 'listen-metrics-urls': 'http://127.0.0.1:2381' };
  const { spec } = await clusters.modify(key, (now) => ({ ...now, spec: { ...now.spec, config } }));
  assert.deepEqual(spec.config, config);
});

for (const [name, changes, message] of refused)
  test(`${name} is refused`, async () => {
    const { client, clusters } = open();
    await createEtcd(planEtcdCluster(request), client, signal);
    await assert.rejects(
      clusters.modify(key, (now) => ({ ...now, spec: { ...now.spec, ...changes } })),
      ({ message: text }: Error) => message.test(text),
    );
  });
