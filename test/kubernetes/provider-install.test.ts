import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { HttpObjectClient } from '../../packages/toolkit/src/client/over-http/http-object-client.ts';
import { readKubeconfig } from '../../packages/toolkit/src/client/over-http/kubeconfig.ts';
import { CannotBuild } from './fixtures/go-program.ts';
import { type KubeApiServer, kubeconfigOf, startKubeApiServer } from './fixtures/kube-api-server.ts';

/** Ignite as an infrastructure provider, installed into a Kubernetes that is not ours. */

const run = promisify(execFile);
const patienceMs = 300_000;
const server = await startKubeApiServer().catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = server instanceof CannotBuild ? server.message : false;
const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');
const definitions = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
};
const machines = { group: 'infrastructure.cluster.x-k8s.io', version: 'v1beta2', resource: 'ignitemachines' };

describe('ignite provider install', { skip }, () => {
  const kubernetes = server as KubeApiServer;
  let client: HttpObjectClient;
  let dir: string;
  const ignite = async (...words: readonly string[]): Promise<string> =>
    (await run(process.execPath, [main, 'provider', 'install', ...words])).stdout;

  before(() => {
    client = new HttpObjectClient(kubernetes.admin);
    dir = mkdtempSync(join(tmpdir(), 'provider-'));
  });
  after(async () => {
    client[Symbol.dispose]();
    rmSync(dir, { recursive: true });
    await kubernetes[Symbol.asyncDispose]();
  });

  /** Waits until the server serves what a definition defines, which it does a little later. */
  async function established(name: string) {
    for (const end = Date.now() + patienceMs; ; await delay(100)) {
      const { metadata, status } = await client.get({ ...definitions, name });
      const { conditions = [] } = status as {
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      };
      const isTrue = (wanted: string) =>
        conditions.some(({ type, status: is }) => type === wanted && is === 'True');
      if (isTrue('NamesAccepted') && isTrue('Established')) return { metadata, conditions };
      assert.ok(Date.now() < end, `${name}: ${JSON.stringify(conditions)}`);
    }
  }

  test('installs definitions that keep the contract, and does so again', async () => {
    const words = ['--kubeconfig', kubeconfigOf(kubernetes)];
    const said = [
      'Namespace/ignite-system installed',
      'CustomResourceDefinition/igniteclusters.infrastructure.cluster.x-k8s.io installed',
      'CustomResourceDefinition/igniteclustertemplates.infrastructure.cluster.x-k8s.io installed',
      'CustomResourceDefinition/ignitemachines.infrastructure.cluster.x-k8s.io installed',
      'CustomResourceDefinition/ignitemachinetemplates.infrastructure.cluster.x-k8s.io installed',
      'ClusterRole/ignite-capi-aggregated-manager installed',
      'ServiceAccount/ignite-host installed',
      'ClusterRole/ignite-host installed',
      'ClusterRole/ignite-host-secrets installed',
      'ClusterRoleBinding/ignite-host installed',
      'ClusterRoleBinding/ignite-host-secrets installed',
      'Role/ignite-host installed',
      'RoleBinding/ignite-host installed',
      '',
    ].join('\n');
    assert.equal(await ignite(...words), said);
    assert.equal(await ignite(...words), said);
    for (const name of [
      'igniteclusters',
      'igniteclustertemplates',
      'ignitemachines',
      'ignitemachinetemplates',
    ]) {
      const { metadata, conditions } = await established(`${name}.infrastructure.cluster.x-k8s.io`);
      assert.equal(metadata.labels['cluster.x-k8s.io/v1beta2'], 'v1beta2');
      assert.equal(metadata.labels['cluster.x-k8s.io/provider'], 'infrastructure-ignite');
      // The API server refuses a schema that is not structural.
      assert.equal(
        conditions.find(({ type }) => type === 'NonStructuralSchema'),
        undefined,
      );
    }
  });

  test('machines and their status are kept, and what is no machine is refused', async () => {
    const machine = (vm: object) => ({
      apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
      kind: 'IgniteMachine',
      metadata: { name: 'a', namespace: 'default' },
      spec: { vm },
    });
    const created = await client.create(
      machines,
      machine({ image: { oci: 'example.com/node:v1' }, cpus: 2 }),
    );
    const { status } = await client.updateStatus(machines, {
      ...created,
      status: { initialization: { provisioned: true } },
    });
    assert.deepEqual(status, { initialization: { provisioned: true } });
    await assert.rejects(client.create(machines, machine({ cpus: 2 })), { code: 'INVALID' });
  });

  test('hosts have the rights that they need, and no others', async () => {
    const kubeconfig = join(dir, 'hosts.kubeconfig');
    const { stdout } = await run(process.execPath, [
      ...[main, 'provider', 'kubeconfig', '--kubeconfig', kubeconfigOf(kubernetes)],
    ]);
    writeFileSync(kubeconfig, stdout, { mode: 0o600 });
    using hosts = new HttpObjectClient(await readKubeconfig(kubeconfig));
    const [core, v1] = [{ group: '', version: 'v1' }, { namespace: 'default' }];
    assert.equal((await hosts.list(machines)).items.length, 1);
    const secret = { ...core, resource: 'secrets' };
    await client.create(secret, { apiVersion: 'v1', kind: 'Secret', metadata: { ...v1, name: 'data' } });
    assert.equal((await hosts.get({ ...secret, ...v1, name: 'data' })).metadata.name, 'data');
    for (const refused of [
      async () => await hosts.list(secret),
      async () => await hosts.delete({ ...secret, ...v1, name: 'data' }),
      async () => await hosts.delete({ ...machines, ...v1, name: 'a' }),
      async () => await hosts.list({ ...core, resource: 'configmaps' }),
      async () => await hosts.list({ group: 'coordination.k8s.io', version: 'v1', resource: 'leases' }, v1),
    ])
      await assert.rejects(refused, { code: 'FORBIDDEN' });
  });

  test('writes a release for clusterctl', async () => {
    const folder = (await ignite('--directory', dir)).trim();
    assert.match(folder, /\/infrastructure-ignite\/v\d+\.\d+\.\d+$/);
    assert.deepEqual(readdirSync(folder), [
      'cluster-template.yaml',
      'infrastructure-components.yaml',
      'metadata.yaml',
    ]);
    const [, version = ''] = /v(\d+\.\d+)\.\d+$/.exec(folder)!;
    const [major, minor] = version.split('.').map(Number);
    assert.deepEqual(parse(readFileSync(join(folder, 'metadata.yaml'), 'utf8')), {
      apiVersion: 'clusterctl.cluster.x-k8s.io/v1alpha3',
      kind: 'Metadata',
      releaseSeries: [{ major, minor, contract: 'v1beta2' }],
    });
    const components = readFileSync(join(folder, 'infrastructure-components.yaml'), 'utf8');
    assert.equal(await ignite('--dry-run', '-o', 'yaml'), components);
    assert.equal(parseAllDocuments(components).length, 13);
  });
});
