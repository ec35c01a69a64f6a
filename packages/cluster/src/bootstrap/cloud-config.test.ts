import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { Cluster } from '../kinds/cluster.ts';
import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';
import type { ClusterKeys } from '../workload/cluster-secrets.ts';
import { type BootFile, cloudConfig, tokenIn } from './cloud-config.ts';
import { initDocuments, joinDocument } from '../workload/kubeadm-documents.ts';

const cluster = {
  metadata: { name: 'dev', namespace: 'default' },
  spec: {
    clusterNetwork: { pods: { cidrBlocks: ['10.244.0.0/16'] }, services: { cidrBlocks: ['10.96.0.0/12'] } },
  },
} as unknown as Cluster;
const endpoint = { host: '10.61.0.10', port: 6443 };
const nodeRegistration = { kubeletExtraArgs: [{ name: 'node-ip', value: '::1' }] };
const version = 'v1.35.4';
const spec: KubeadmConfigSpec = {
  format: 'cloud-config',
  clusterConfiguration: { apiServer: { extraArgs: [{ name: 'v', value: '2' }] } },
  initConfiguration: { nodeRegistration, timeouts: { tlsBootstrapSeconds: 600 } },
  joinConfiguration: { nodeRegistration },
};
const keys = Object.fromEntries(
  ['ca', 'etcd', 'proxy', 'sa'].map((name) => [
    name,
    { certificate: `${name} certificate`, key: `${name} key` },
  ]),
) as ClusterKeys;

test('initDocuments: what kubeadm 1.31 and newer read', () => {
  assert.equal(
    initDocuments({ cluster, spec, version: 'v1.35.4', endpoint }),
    `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
clusterName: dev
kubernetesVersion: v1.35.4
controlPlaneEndpoint: 10.61.0.10:6443
networking:
  dnsDomain: cluster.local
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
apiServer:
  extraArgs:
    - name: v
      value: "2"
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration:
  kubeletExtraArgs:
    - name: node-ip
      value: ::1
timeouts:
  tlsBootstrap: 600s
`,
  );
});

test('initDocuments: older versions have maps of arguments, and no timeouts', () => {
  const documents = initDocuments({ cluster, spec, version: 'v1.30.1', endpoint });
  assert.match(documents, /^apiVersion: kubeadm.k8s.io\/v1beta3$/m);
  assert.match(documents, /apiServer:\n  extraArgs:\n    v: "2"\n/);
  assert.match(documents, /kubeletExtraArgs:\n    node-ip: ::1\n/);
  assert.doesNotMatch(documents, /timeouts/);
});

test('joinDocument: a worker trusts the authority by its hash, and takes no Pods until it is known', () => {
  assert.equal(
    joinDocument({
      ...{ spec, version: 'v1.35.4', endpoint, isControlPlane: false },
      ...{ token: 'abcdef.0123456789abcdef', caCertHash: 'sha256:00' },
    }),
    `apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
nodeRegistration:
  kubeletExtraArgs:
    - name: node-ip
      value: ::1
  taints:
    - key: node.cluster.x-k8s.io/uninitialized
      effect: NoSchedule
discovery:
  bootstrapToken:
    token: abcdef.0123456789abcdef
    apiServerEndpoint: 10.61.0.10:6443
    caCertHashes:
      - sha256:00
`,
  );
});

test('cloudConfig: files first, then kubeadm, which tells of its success', () => {
  const text = cloudConfig({
    version,
    spec: { ...spec, preKubeadmCommands: ['hostnamectl'], postKubeadmCommands: ['uptime'], verbosity: 2 },
    command: { verb: 'join', documents: 'kind: JoinConfiguration\n' },
    keys: undefined,
    files: [{ path: '/etc/motd', content: 'hello\n' }],
  });
  assert.equal(
    text,
    `## template: jinja
#cloud-config

write_files:
  - path: /etc/motd
    content: |
      hello
  - path: /run/kubeadm/kubeadm-join-config.yaml
    content: |
      kind: JoinConfiguration
    owner: root:root
    permissions: "0640"
  - path: /run/cluster-api/placeholder
    content: Makes the folder of this file.
    owner: root:root
    permissions: "0640"
runcmd:
  - hostnamectl
  - kubeadm join --config /run/kubeadm/kubeadm-join-config.yaml --v 2 && echo success > /run/cluster-api/bootstrap-success.complete
  - uptime
`,
  );
});

test('cloudConfig: the token with which others join is not printed where a cluster begins', () => {
  const command = { verb: 'init', documents: '' } as const;
  const text = cloudConfig({ spec, version, command, keys: undefined, files: [] });
  const lines = text.split('\n').filter((line) => line.includes('kubeadm init'));
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /--config \/run\/kubeadm\/kubeadm.yaml --skip-token-print /);
});

test('cloudConfig: users have the names of fields that cloud-init knows', () => {
  const users = [
    {
      name: 'ada',
      homeDir: '/a',
      primaryGroup: 'b',
      lockPassword: false,
      sshAuthorizedKeys: ['k'],
      sudo: 'ALL',
    },
  ];
  const text = cloudConfig({
    version,
    spec: { ...spec, users },
    command: { verb: 'join', documents: '' },
    keys: undefined,
    files: [],
  });
  assert.deepEqual((parse(text) as { users: unknown }).users, [
    {
      name: 'ada',
      sudo: 'ALL',
      homedir: '/a',
      primary_group: 'b',
      lock_passwd: false,
      ssh_authorized_keys: ['k'],
    },
  ]);
});

test('cloudConfig: members of the control plane have the keys of the cluster, which only root reads', () => {
  const text = cloudConfig({ spec, version, command: { verb: 'init', documents: '' }, keys, files: [] });
  const { write_files: files } = parse(text) as { readonly write_files: readonly BootFile[] };
  const ofKeys = files.filter(({ path }) => path.startsWith('/etc/kubernetes/pki/'));
  assert.ok(ofKeys.every(({ owner }) => owner === 'root:root'));
  assert.deepEqual(
    ofKeys.map(({ path, permissions }) => `${path} ${permissions}`),
    [
      '/etc/kubernetes/pki/ca.crt 0640',
      '/etc/kubernetes/pki/ca.key 0600',
      '/etc/kubernetes/pki/etcd/ca.crt 0640',
      '/etc/kubernetes/pki/etcd/ca.key 0600',
      '/etc/kubernetes/pki/front-proxy-ca.crt 0640',
      '/etc/kubernetes/pki/front-proxy-ca.key 0600',
      '/etc/kubernetes/pki/sa.pub 0640',
      '/etc/kubernetes/pki/sa.key 0600',
    ],
  );
});

test('tokenIn: the token of the join, whatever stands in the files of others', () => {
  const documents = joinDocument({
    spec: { format: 'cloud-config' },
    version: 'v1.35.4',
    endpoint: { host: '10.61.0.10', port: 6443 },
    isControlPlane: false,
    token: 'abcdef.0123456789abcdef',
    caCertHash: 'sha256:0',
  });
  const files = [{ path: '/etc/app.yaml', content: 'token: zzzzzz.zzzzzzzzzzzzzzzz\n' }];
  const text = cloudConfig({
    version,
    spec: { format: 'cloud-config' },
    command: { verb: 'join', documents },
    keys: undefined,
    files,
  });
  assert.equal(tokenIn(text), 'abcdef.0123456789abcdef');
  for (const other of ['', 'a: [', '#cloud-config\nwrite_files: 7\n', '#cloud-config\nwrite_files: []\n'])
    assert.equal(tokenIn(other), undefined);
});

test('cloudConfig: an etcd elsewhere is shown a certificate, from the files where kubeadm looks for it', () => {
  const [caFile, certFile, keyFile] = ['/pki/db-ca.crt', '/pki/db.crt', '/pki/db.key'];
  const endpoints = ['https://10.61.0.2:2379'];
  const external = { endpoints, caFile, certFile, keyFile };
  const { etcd: _local, ...shared } = keys;
  const etcdClient = { certificate: 'client certificate', key: 'client key' };
  const text = cloudConfig({
    version,
    spec: { ...spec, clusterConfiguration: { etcd: { external } } },
    command: { verb: 'init', documents: '' },
    keys: { ...shared, etcdClient, etcdAuthority: 'authority' },
    files: [],
  });
  const files = (parse(text) as { readonly write_files: readonly BootFile[] }).write_files;
  assert.deepEqual(
    files
      .filter(({ path }) => path.startsWith('/pki') || path.includes('etcd'))
      .map(({ path, content, permissions }) => `${path} ${permissions} ${content}`),
    [`${caFile} 0640 authority`, `${certFile} 0640 client certificate`, `${keyFile} 0600 client key`],
  );
});
