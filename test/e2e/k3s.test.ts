import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { k3sCloudConfig } from '../../packages/cluster/src/bootstrap/k3s-cloud-config.ts';
import type { K3sRole } from '../../packages/cluster/src/bootstrap/k3s-cloud-config.ts';
import type { Cluster } from '../../packages/cluster/src/kinds/cluster.ts';
import type { KeyPair } from '../../packages/cluster/src/workload/cluster-secrets.ts';
import { bootstrapped } from './fixtures/bootstrapped.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { madeOnce } from './fixtures/made-once.ts';

const root = join(import.meta.dirname, '../..');
const version = 'v1.35.4+k3s1';
const endpoint = { host: '192.0.2.10', port: 6443 };

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(60);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Returns the image of a node with a double in the place of k3s. */
function nodeImage(): string {
  const [build, install] = ['build', 'install'].map((name) => join(root, 'images/k3s', name));
  const double = join(import.meta.dirname, 'fixtures/k3s-double');
  const base = imageArchive('debian');
  const recipe = [build!, install!, double, join(root, 'images/debian/build')];
  return madeOnce({
    name: 'images/k3s-double.tar',
    from: recipe.map((path) => readFileSync(path, 'utf8')).join('\n'),
    command: (path) => [build!, '--base', base, '--binary', double, version, path],
  });
}

const pair = (name: string): KeyPair => ({
  certificate: `certificate of ${name}\n`,
  key: `key of ${name}\n`,
});
const keys = { ca: pair('ca'), etcd: pair('etcd'), proxy: pair('proxy'), sa: pair('sa') };
const cluster = {
  metadata: { name: 'dev', namespace: 'default' },
  spec: { clusterNetwork: { pods: { cidrBlocks: ['10.42.0.0/16'] } } },
} as unknown as Cluster;

/** Boots a node, waits until its user data is done, and returns what k3s was started with. */
async function told(name: string, role: K3sRole, token: string): Promise<readonly string[]> {
  const agentConfig = {
    airGapped: true,
    kubeletArgs: ['provider-id=ignite://{{ ds.meta_data.instance_id }}'],
  };
  const serverConfig = { cloudProviderName: '' };
  const spec = { agentConfig, serverConfig };
  const path = join(ignite.dir, `${name}.yaml`);
  writeFileSync(path, k3sCloudConfig({ spec, role, version, cluster, endpoint, token, files: [] }));
  const image = `oci-archive:${nodeImage()}`;
  await ignite.ok('run', '-q', image, '--name', name, '--ssh', '--memory', '256MB', '--user-data', path);
  assert.equal(await bootstrapped(ignite, name), 'Done: ');
  const service = role.type === 'agent' ? 'k3s-agent' : 'k3s';
  const line = `cat /var/lib/double/told; systemctl is-active ${service}; systemctl is-enabled ${service}; cat /run/cluster-api/bootstrap-success.complete`;
  return (await ignite.ok('exec', name, '--', 'sh', '-c', line)).split('\n');
}

const instanceOf = async (name: string): Promise<string> => {
  const { metadata } = JSON.parse(await ignite.ok('inspect', name, '-o', 'json')) as {
    metadata: { uid: string };
  };
  return metadata.uid;
};

test('a node boots with its keys and its configuration, and k3s is a service of it', async () => {
  const [server, agent] = await Promise.all([
    told('server', { type: 'first server', keys, agentToken: 'agents' }, 'word'),
    told('agent', { type: 'agent' }, 'K10digest::node:agents'),
  ]);
  const ends = ['active', 'enabled', 'success', ''];
  const at = server.indexOf('  - 192.0.2.10') + 1;
  assert.equal(server[0], 'k3s server');
  const split = server.findIndex((line) => line.startsWith('client-ca.crt'));
  assert.ok(at > 0 && split > 0, server.join('\n'));
  assert.deepEqual(parse(server.slice(1, split).join('\n')), {
    token: 'word',
    'kubelet-arg': [`provider-id=ignite://${await instanceOf('server')}`],
    'agent-token': 'agents',
    'cluster-init': true,
    'tls-san': ['192.0.2.10'],
    'disable-cloud-controller': true,
    'kube-apiserver-arg': ['anonymous-auth=true'],
    'cluster-cidr': '10.42.0.0/16',
  });
  assert.deepEqual(server.slice(split), [
    ...['client-ca.crt root 640', 'client-ca.key root 600'],
    ...['etcd/peer-ca.crt root 640', 'etcd/peer-ca.key root 600'],
    ...['etcd/server-ca.crt root 640', 'etcd/server-ca.key root 600'],
    ...['request-header-ca.crt root 640', 'request-header-ca.key root 600'],
    ...['server-ca.crt root 640', 'server-ca.key root 600', 'service.key root 600'],
    ...ends,
  ]);
  assert.equal(agent[0], 'k3s agent');
  assert.deepEqual(parse(agent.slice(1, -ends.length).join('\n')), {
    token: 'K10digest::node:agents',
    server: 'https://192.0.2.10:6443',
    'kubelet-arg': [`provider-id=ignite://${await instanceOf('agent')}`],
  });
  assert.deepEqual(agent.slice(-ends.length), ends);
  await ignite.ok('rm', '-f', 'server', 'agent');
});
