import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { newAuthority } from '../workload/cluster-secrets.ts';
import { memberUserData } from './member-config.ts';
import type { MemberRole } from '../workload/plan-etcd.ts';

const nowMs = 1_800_000_000_000;
const authorities = { client: newAuthority('clients', nowMs), peer: newAuthority('peers', nowMs) };
const metadata = {
  ...{ name: 'db', namespace: 'default', uid: 'token', generation: 1, resourceVersion: '1' },
  ...{ creationTimestamp: '2026-11-30T00:00:00Z', labels: {}, annotations: {}, finalizers: [] },
};
const initial = [
  { name: 'db-1', peerUrl: 'https://10.61.0.2:2380' },
  { name: 'db-2', peerUrl: 'https://10.61.0.3:2380' },
];

/** Returns the files that the boot commands of a member write. */
function filesOf(role: MemberRole, spec: object = {}): Readonly<Record<string, string>> {
  const cluster = {
    ...{ apiVersion: 'etcd.cluster.x-k8s.io/v1beta2', kind: 'EtcdCluster', metadata },
    spec: { replicas: 3, version: '3.6.5', ...spec },
  } as unknown as EtcdCluster;
  const own = { cluster, authorities, name: 'db-2', address: '10.61.0.3', role, initial, nowMs };
  const userData = memberUserData(own);
  assert.match(userData, /^#cloud-config\n/);
  const { bootcmd } = JSON.parse(userData.replace('#cloud-config\n', '')) as {
    readonly bootcmd: readonly (readonly string[])[];
  };
  return Object.fromEntries(bootcmd.map((words) => words.slice(-2) as [string, string]));
}

const settingsOf = (files: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> =>
  JSON.parse(files['/etc/etcd/etcd.json']!) as Readonly<Record<string, unknown>>;

test('the configuration comes last, when all that it names is there', () => {
  assert.deepEqual(Object.keys(filesOf('joining')), [
    ...['client-ca.crt', 'client.crt', 'client.key'].map((file) => `/etc/etcd/${file}`),
    ...['peer-ca.crt', 'peer.crt', 'peer.key'].map((file) => `/etc/etcd/${file}`),
    '/etc/etcd/etcd.json',
  ]);
});

test('the first member begins a cluster, and others join it', () => {
  const about = (role: MemberRole): unknown => settingsOf(filesOf(role))['initial-cluster-state'];
  assert.deepEqual((['first', 'joining', 'known'] as const).map(about), ['new', 'existing', 'existing']);
  const settings = settingsOf(filesOf('joining'));
  assert.equal(settings['initial-cluster'], 'db-1=https://10.61.0.2:2380,db-2=https://10.61.0.3:2380');
  assert.equal(settings['initial-cluster-token'], 'token');
});

test('settings of people are there, and do not replace what keeps others out', () => {
  const config = {
    'quota-backend-bytes': 1,
    'peer-transport-security': 'none',
    'listen-peer-urls': 'http://0.0.0.0',
  };
  const settings = settingsOf(filesOf('joining', { config }));
  assert.equal(settings['quota-backend-bytes'], 1);
  assert.equal(settings['listen-peer-urls'], 'https://10.61.0.3:2380');
  for (const side of ['client', 'peer'])
    assert.deepEqual(settings[`${side}-transport-security`], {
      'cert-file': `/etc/etcd/${side}.crt`,
      'key-file': `/etc/etcd/${side}.key`,
      'client-cert-auth': true,
      'trusted-ca-file': `/etc/etcd/${side}-ca.crt`,
    });
});

test('a certificate names what others connect to, and is of the authority for its purpose', () => {
  const files = filesOf('joining');
  for (const side of ['client', 'peer'] as const) {
    const certificate = new X509Certificate(files[`/etc/etcd/${side}.crt`]!);
    assert.ok(certificate.checkIssued(new X509Certificate(authorities[side].certificate)));
    assert.ok(certificate.checkIP('10.61.0.3'));
    assert.ok(certificate.checkHost('db-2'));
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  }
});

test('only the first member begins with the data of a snapshot', () => {
  const restore = { restore: { hostPath: '/root/db.snapshot' } };
  assert.equal(filesOf('joining', restore)['/etc/etcd/restore'], undefined);
  assert.equal(
    filesOf('first', restore)['/etc/etcd/restore'],
    [
      ...['--name', 'db-2', '--data-dir', '/var/lib/etcd/data', '--initial-cluster'],
      ...['db-1=https://10.61.0.2:2380,db-2=https://10.61.0.3:2380', '--initial-cluster-token', 'token'],
      ...['--initial-advertise-peer-urls', 'https://10.61.0.3:2380', '/var/lib/etcd/restored.db', ''],
    ].join('\n'),
  );
});
