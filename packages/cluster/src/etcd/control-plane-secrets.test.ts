import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { ensureKeys, newAuthority, readKeysForExternalEtcd } from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import { keepControlPlaneSecrets } from './control-plane-secrets.ts';

const signal = new AbortController().signal;
const dayMs = 24 * 3_600_000;
const startMs = 1_800_000_000_000;
const place = { namespace: 'default', clusterName: 'dev' };
const etcd = (clusterName?: string): EtcdCluster =>
  ({
    ...{ apiVersion: 'etcd.cluster.x-k8s.io/v1beta2', kind: 'EtcdCluster' },
    metadata: sampleMachine({ name: 'db' }).metadata,
    spec: { ...(clusterName !== undefined && { clusterName }) },
  }) as unknown as EtcdCluster;
const authorities = { client: newAuthority('clients', startMs), peer: newAuthority('peers', startMs) };
const client = () => new StoreObjectClient(new MemoryStore(), coreKinds.map(servedKindOf));

test('a control plane finds what it shows an etcd of ours, and the certificate is never older than a month', async () => {
  const objects = client();
  const keep = async (nowMs: number, of = etcd('dev')) =>
    await keepControlPlaneSecrets(of, authorities, { client: objects, nowMs }, signal);
  const owner = { apiVersion: 'v1', kind: 'Owner', name: 'dev', uid: 'u', controller: true };
  await keep(startMs, etcd());
  assert.equal((await objectsOf(objects, secrets).list()).items.length, 0);
  await ensureKeys(objects, place, { owner, nowMs: startMs, isEtcdExternal: true }, signal);
  assert.equal(await readKeysForExternalEtcd(objects, place, signal), undefined);
  await keep(startMs);
  const keys = (await readKeysForExternalEtcd(objects, place, signal))!;
  assert.equal(keys.etcdAuthority, authorities.client.certificate);
  const certificate = new X509Certificate(keys.etcdClient.certificate);
  assert.ok(certificate.checkIssued(new X509Certificate(authorities.client.certificate)));
  await keep(startMs + dayMs);
  assert.deepEqual(await readKeysForExternalEtcd(objects, place, signal), keys);
  await keep(startMs + 31 * dayMs);
  const renewed = (await readKeysForExternalEtcd(objects, place, signal))!;
  assert.notEqual(renewed.etcdClient.certificate, keys.etcdClient.certificate);
});

test('Secrets that people have brought stay as they are', async () => {
  const objects = client();
  const name = 'dev-apiserver-etcd-client';
  const data = { 'tls.crt': 'bWluZQ==', 'tls.key': 'bWluZQ==' };
  await objectsOf(objects, secrets).create({ metadata: { namespace: 'default', name }, data });
  await keepControlPlaneSecrets(etcd('dev'), authorities, { client: objects, nowMs: startMs }, signal);
  assert.deepEqual((await objectsOf(objects, secrets).get({ namespace: 'default', name }))['data'], data);
});
