import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { parse } from 'yaml';
import {
  clientCertificate,
  ensureKeys,
  ensureKubeconfig,
  publicKeyHash,
  readKeys,
  textIn,
} from './cluster-secrets.ts';
import { secrets } from './node.ts';

const { signal } = new AbortController();
const place = { namespace: 'default', clusterName: 'dev' };
const owner = {
  apiVersion: 'controlplane.cluster.x-k8s.io/v1beta2',
  kind: 'KubeadmControlPlane',
  name: 'dev',
  uid: 'u',
  controller: true,
};
const dayMs = 24 * 3_600_000;
const nowMs = 1_800_000_000_000;
const open = () => new StoreObjectClient(new MemoryStore(), coreKinds.map(servedKindOf));

test('the keys of a cluster are made once, and those that people bring are kept', async () => {
  const client = open();
  const own = {
    'tls.crt': Buffer.from('mine').toString('base64'),
    'tls.key': Buffer.from('key').toString('base64'),
  };
  await objectsOf(client, secrets).create({
    metadata: { namespace: 'default', name: 'dev-proxy' },
    data: own,
  });
  assert.equal(await readKeys(client, place, signal), undefined);
  await ensureKeys(client, place, { owner, nowMs }, signal);
  const keys = await readKeys(client, place, signal);
  assert.deepEqual(keys?.proxy, { certificate: 'mine', key: 'key' });
  const ca = new X509Certificate(keys!.ca.certificate);
  assert.equal(ca.subject, 'CN=kubernetes');
  assert.equal(ca.ca, true);
  assert.match(publicKeyHash(keys!.ca.certificate), /^sha256:[0-9a-f]{64}$/);
  assert.match(keys!.sa.certificate, /^-----BEGIN PUBLIC KEY-----/);
  await ensureKeys(client, place, { owner, nowMs }, signal);
  assert.deepEqual(await readKeys(client, place, signal), keys);
});

test('a kubeconfig is signed by the authority, and renewed when half of its year is over', async () => {
  const client = open();
  await ensureKeys(client, place, { owner, nowMs }, signal);
  const keys = await readKeys(client, place, signal);
  const at = { ...place, endpoint: { host: 'fd00::1', port: 6443 } };
  const read = async (): Promise<string> => {
    const secret = await objectsOf(client, secrets).get({ namespace: 'default', name: 'dev-kubeconfig' });
    assert.equal(secret['type'], 'cluster.x-k8s.io/secret');
    return textIn(secret, 'value')!;
  };
  await ensureKubeconfig(client, at, { owner, nowMs }, signal);
  const first = await read();
  const config = parse(first) as {
    clusters: { cluster: { server: string } }[];
    users: { user: { 'client-certificate-data': string } }[];
  };
  assert.equal(config.clusters[0]?.cluster.server, 'https://[fd00::1]:6443');
  const certificate = new X509Certificate(
    Buffer.from(config.users[0]!.user['client-certificate-data'], 'base64'),
  );
  assert.ok(certificate.checkIssued(new X509Certificate(keys!.ca.certificate)));
  assert.equal(certificate.subject, 'O=system:masters\nCN=kubernetes-admin');
  await ensureKubeconfig(client, at, { owner, nowMs: nowMs + 180 * dayMs }, signal);
  assert.equal(await read(), first);
  await ensureKubeconfig(client, at, { owner, nowMs: nowMs + 190 * dayMs }, signal);
  assert.notEqual(await read(), first);
});

test('a kubeconfig is made anew when the host reaches the API server elsewhere, by the name in its certificate', async () => {
  const client = open();
  await ensureKeys(client, place, { owner, nowMs }, signal);
  const read = async (): Promise<unknown> => {
    const secret = await objectsOf(client, secrets).get({ namespace: 'default', name: 'dev-kubeconfig' });
    const { clusters } = parse(textIn(secret, 'value')!) as {
      clusters: { cluster: Record<string, string> }[];
    };
    const { server, 'tls-server-name': name } = clusters[0]!.cluster;
    return [server, name];
  };
  const at = (host: string, more: { readonly serverName?: string } = {}) => ({
    ...{ ...place, endpoint: { host, port: 6443 } },
    ...more,
  });
  await ensureKubeconfig(client, at('10.61.0.9'), { owner, nowMs }, signal);
  assert.deepEqual(await read(), ['https://10.61.0.9:6443', undefined]);
  await ensureKubeconfig(client, at('10.62.0.9', { serverName: 'kubernetes' }), { owner, nowMs }, signal);
  assert.deepEqual(await read(), ['https://10.62.0.9:6443', 'kubernetes']);
});

test('a kubeconfig that people have brought is left as it is; one of ours that is damaged is made again', async () => {
  const client = open();
  await ensureKeys(client, place, { owner, nowMs }, signal);
  const at = { ...place, endpoint: { host: '10.0.0.1', port: 6443 } };
  const key = { namespace: 'default', name: 'dev-kubeconfig' };
  const ofCluster = objectsOf(client, secrets);
  const read = async (): Promise<string> => textIn(await ofCluster.get(key), 'value')!;
  const damaged = [
    'users: [{user: {token: t}}]',
    '{',
    'users: [{user: {client-certificate-data: bm9uZQ==}}]',
  ];
  for (const text of damaged) {
    const data = { value: Buffer.from(text).toString('base64') };
    await ofCluster.create({ metadata: key, data });
    await ensureKubeconfig(client, at, { owner, nowMs }, signal);
    assert.equal(await read(), text);
    await client.delete({ ...secrets, ...key });
    await ofCluster.create({ metadata: { ...key, ownerReferences: [owner] }, data });
    await ensureKubeconfig(client, at, { owner, nowMs }, signal);
    assert.match(await read(), /^current-context: dev-admin@dev$/m);
    await client.delete({ ...secrets, ...key });
  }
});

test('what an authority that people have brought signs is accepted by its name, its key and its identifier', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cluster-secrets-'));
  const openssl = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: dir, encoding: 'utf8' });
    assert.equal(status, 0, `openssl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const name = '/C=DE/O=Home & Garden/OU=a/OU=b/CN=kubernetes/emailAddress=ca@example.com';
  const [strict, lax] = [['-x509_strict'], []];
  const whole = ['-addext', 'keyUsage=critical,keyCertSign'];
  try {
    for (const [options, how] of [
      [['-newkey', 'rsa:2048', ...whole], strict],
      [['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-utf8', ...whole], strict],
      [['-newkey', 'rsa:2048', '-addext', 'subjectKeyIdentifier=none'], lax],
    ] as const) {
      const made = ['-x509', '-nodes', '-days', '3', '-subj', name, '-keyout', 'ca.key', '-out', 'ca.crt'];
      openssl('req', ...options, ...made);
      const [certificate, privateKey] = ['ca.crt', 'ca.key'].map((file) =>
        readFileSync(join(dir, file), 'utf8'),
      );
      const signed = clientCertificate(
        { certificate: certificate!, key: privateKey! },
        { name: 'kubernetes-admin', organizations: ['system:masters'], nowMs: Date.now() },
      );
      writeFileSync(join(dir, 'client.crt'), signed.certificate);
      const verify = ['verify', ...how, '-purpose', 'sslclient', '-CAfile', 'ca.crt', 'client.crt'];
      assert.equal(openssl(...verify), 'client.crt: OK\n');
      // Programs in Go compare the bytes of names, with the types of their texts.
      const nameIn = (file: string, field: string): string =>
        openssl('x509', '-in', file, '-noout', `-${field}`, '-nameopt', 'RFC2253,show_type').slice(
          field.length,
        );
      assert.equal(nameIn('client.crt', 'issuer'), nameIn('ca.crt', 'subject'));
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
