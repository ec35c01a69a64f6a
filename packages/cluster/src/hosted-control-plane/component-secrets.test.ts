import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { SecretFields } from '@ignite/toolkit/core/resources/secret';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { ensureKeys, readKeys, textIn } from '../workload/cluster-secrets.ts';
import { kubeconfigAccess } from '@ignite/toolkit/client/over-http/kubeconfig-access';
import { secrets } from '../workload/node.ts';
import {
  type ComponentKeys,
  findComponentSecrets,
  replicaOfSecret,
  secretNameOf,
  writeComponentSecrets,
} from './component-secrets.ts';
import { sampleControlPlane, sampleNetwork } from './hosted.sample.ts';

const { signal } = new AbortController();
const place = { namespace: 'default', clusterName: 'dev' };
const owner = { apiVersion: 'a/v1', kind: 'HostedControlPlane', name: 'dev', uid: 'u', controller: true };
const dayMs = 24 * 3_600_000;
const nowMs = 1_800_000_000_000;

async function open() {
  const client = new StoreObjectClient(new MemoryStore(), coreKinds.map(servedKindOf));
  await ensureKeys(client, place, { owner, nowMs }, signal);
  const keys = (await readKeys(client, place, signal))!;
  const ensure = async (atMs: number, address = '10.61.0.2', more: Partial<ComponentKeys> = {}) => {
    const wanted: ComponentKeys = {
      ...place,
      spec: sampleControlPlane({ apiServer: { certSANs: ['api.example'] } }).spec,
      ...{ keys, network: sampleNetwork, address, endpoint: { host: address, port: 6443 } },
      ...{ replica: 1, isReplicated: false, ...more },
    };
    const making = { owner, nowMs: atMs };
    const { stale } = await findComponentSecrets(client, wanted, making, signal);
    await writeComponentSecrets(client, wanted, stale, making, signal);
    return stale.map(({ component }) => component);
  };
  const secret = async (component: Parameters<typeof secretNameOf>[1], replica = 1) =>
    (await objectsOf(client, secrets).get({
      namespace: 'default',
      name: secretNameOf('dev', component, replica),
    })) as KubeObject & SecretFields;
  return { keys, ensure, secret };
}

test('each component gets the keys that it needs, and the key of the authority only who signs with it', async () => {
  const { keys, ensure, secret } = await open();
  await ensure(nowMs);
  const files = async (of: Parameters<typeof secret>[0]) => Object.keys((await secret(of)).data!).toSorted();
  assert.deepEqual(await files('etcd'), ['ca.crt', 'server.crt', 'server.key']);
  assert.deepEqual(await files('scheduler'), ['kubeconfig']);
  assert.deepEqual(await files('controller-manager'), [
    ...['ca.crt', 'ca.key', 'front-proxy-ca.crt', 'kubeconfig', 'sa.key'],
  ]);
  assert.ok(!(await files('apiserver')).includes('ca.key'));
  const api = await secret('apiserver');
  const certificate = new X509Certificate(textIn(api, 'apiserver.crt')!);
  assert.ok(certificate.checkIssued(new X509Certificate(keys.ca.certificate)));
  for (const name of ['kubernetes.default.svc.cluster.local', 'api.example'])
    assert.ok(certificate.checkHost(name));
  for (const address of ['10.61.0.2', '10.96.0.1']) assert.ok(certificate.checkIP(address));
  const etcdClient = new X509Certificate(textIn(api, 'etcd-client.crt')!);
  assert.ok(etcdClient.checkIssued(new X509Certificate(keys.etcd.certificate)));
  const access = kubeconfigAccess(textIn(await secret('scheduler'), 'kubeconfig')!);
  assert.equal(access?.url, 'https://10.61.0.2:6443');
  assert.match(new X509Certificate(access.tls!.cert!).subject, /CN=system:kube-scheduler/);
});

test('keys stay until half of their year is over, or the address is another one', async () => {
  const { ensure, secret } = await open();
  const made = async (): Promise<string> => textIn(await secret('apiserver'), 'apiserver.crt')!;
  await ensure(nowMs);
  const first = await made();
  await ensure(nowMs + 184 * dayMs);
  assert.equal(await made(), first);
  await ensure(nowMs + 186 * dayMs);
  const renewed = await made();
  assert.notEqual(renewed, first);
  await ensure(nowMs + 186 * dayMs, '10.61.0.9');
  assert.ok(new X509Certificate(await made()).checkIP('10.61.0.9'));
});

test('the etcd of one of several replicas is known by its address, and the other keys stay as they are', async () => {
  const { ensure, secret } = await open();
  await ensure(nowMs);
  assert.deepEqual(await ensure(nowMs, '10.61.0.2', { isReplicated: true }), ['etcd']);
  const first = new X509Certificate(textIn(await secret('etcd'), 'server.crt')!);
  assert.ok(first.checkIP('10.61.0.2'));
  assert.match(first.keyUsage.join(' '), /1\.3\.6\.1\.5\.5\.7\.3\.2/, 'it is a client of its own gateway');
  await ensure(nowMs, '10.61.0.3', { isReplicated: true, replica: 2 });
  assert.ok(new X509Certificate(textIn(await secret('etcd', 2), 'server.crt')!).checkIP('10.61.0.3'));
  assert.ok(new X509Certificate(textIn(await secret('apiserver', 2), 'apiserver.crt')!).checkIP('10.61.0.3'));
  assert.ok(!first.checkIP('10.61.0.3'));
});

test('a Secret tells of which replica it is', () => {
  const cases = {
    ...{ 'dev-hosted-etcd': 1, 'dev-hosted-controller-manager': 1, 'dev-hosted-12-apiserver': 12 },
    ...{ 'dev-ca': undefined, 'dev-hosted-3-other': undefined, 'other-hosted-etcd': undefined },
  };
  for (const [name, replica] of Object.entries(cases))
    assert.equal(replicaOfSecret(name, 'dev'), replica, name);
});
