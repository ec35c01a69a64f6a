import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { parse } from 'yaml';
import { CannotBuild, clusterApiManagers, moduleFolder } from '../kubernetes/fixtures/go-program.ts';
import { type KubeApiServer, kubeconfigOf, startKubeApiServer } from '../kubernetes/fixtures/kube-api-server.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

/** A host makes a VM for a machine of a Kubernetes that is not ours. The test plays the manager of Cluster API. */

const server = await opened().catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = server instanceof CannotBuild ? server.message : false;

async function opened(): Promise<KubeApiServer & { readonly definitions: string }> {
  const folder = await moduleFolder(clusterApiManagers.core, new AbortController().signal);
  return { ...(await startKubeApiServer()), definitions: join(folder, 'core/config/crd/bases') };
}

const group = (name: string) => (resource: string, kind: string) => ({ group: name, version: 'v1beta2', resource, kind });
const core = group('cluster.x-k8s.io');
const infrastructure = group('infrastructure.cluster.x-k8s.io');
const definitions = {
  ...{ group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' },
  kind: 'CustomResourceDefinition',
};
const secrets = { group: '', version: 'v1', resource: 'secrets', kind: 'Secret' };
const namespace = 'default';
const key = { namespace, name: 'dev' };

describe('a host that serves a management cluster', { skip }, () => {
  const kubernetes = server as Exclude<typeof server, CannotBuild>;
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let client: HttpObjectClient;
  let daemon: Started;
  let words: readonly string[];

  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.openWithKernel(90);
    const kubeconfig = kubeconfigOf(kubernetes);
    client = new HttpObjectClient(await readKubeconfig(kubeconfig));
    for (const file of readdirSync(kubernetes.definitions).filter((name) => /_(clusters|machines)\.yaml$/.test(name))) {
      const definition = parse(readFileSync(join(kubernetes.definitions, file), 'utf8')) as KubeObject;
      await client.create(definitions, definition);
    }
    await ignite.ok('provider', 'install', '--kubeconfig', kubeconfig);
    const account = join(ignite.dir, 'hosts.kubeconfig');
    writeFileSync(account, await ignite.ok('provider', 'kubeconfig', '--kubeconfig', kubeconfig), { mode: 0o600 });
    words = ['daemon', '--manifests', join(ignite.dir, 'manifests'), '--management-kubeconfig', account];
    daemon = ignite.start(words);
  });
  after(async () => {
    daemon.terminate();
    await daemon.ended;
    client[Symbol.dispose]();
    await ignite[Symbol.asyncDispose]();
    await kubernetes[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  async function found<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + 600_000; Date.now() < end; await delay(500)) {
      const value = await look();
      if (value !== undefined) return value;
    }
    throw new Error(`${what} did not come to pass: ${daemon.told()}`);
  }

  const owned = (kind: string, { metadata }: KubeObject) => ({
    labels: { 'cluster.x-k8s.io/cluster-name': 'dev' },
    ownerReferences: [
      { apiVersion: 'cluster.x-k8s.io/v1beta2', kind, name: metadata.name, uid: metadata.uid, controller: true },
    ],
  });

  const machineNow = async () =>
    (await objectsOf(client, infrastructure('ignitemachines', 'IgniteMachine')).get(key)) as KubeObject & {
      readonly spec: { readonly providerID?: string; readonly hostName?: string };
      readonly status?: {
        readonly initialization?: { readonly provisioned?: boolean };
        readonly addresses?: readonly { readonly address: string }[];
        readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
      };
    };

  test('a machine becomes a VM, which carries out its bootstrap data', async () => {
    const cluster = await objectsOf(client, core('clusters', 'Cluster')).create({
      metadata: key,
      spec: { controlPlaneEndpoint: { host: '10.90.0.9', port: 6_443 } },
    });
    await client.updateStatus(core('clusters', 'Cluster'), {
      ...cluster,
      status: { initialization: { infrastructureProvisioned: true } },
    });
    await objectsOf(client, infrastructure('igniteclusters', 'IgniteCluster')).create({
      metadata: { ...key, ...owned('Cluster', cluster) },
      spec: { controlPlaneEndpoint: { host: '10.90.0.9', port: 6_443 } },
    });
    const data = '#cloud-config\nruncmd: [echo joined >/var/log/joined]\n';
    await objectsOf(client, secrets).create({
      metadata: { namespace, name: 'data' },
      data: { value: Buffer.from(data).toString('base64') },
    });
    const machine = await objectsOf(client, core('machines', 'Machine')).create({
      metadata: key,
      spec: {
        clusterName: 'dev',
        bootstrap: { dataSecretName: 'data' },
        infrastructureRef: { apiGroup: 'infrastructure.cluster.x-k8s.io', kind: 'IgniteMachine', name: 'dev' },
      },
    });
    const imported = await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
    await ignite.ok('tag', /ID "([0-9a-f]+)"/.exec(imported)![1]!, 'node:v1');
    await objectsOf(client, infrastructure('ignitemachines', 'IgniteMachine')).create({
      metadata: { ...key, ...owned('Machine', machine) },
      spec: { vm: { image: { oci: 'node:v1' }, memory: '256MB' } },
    });
    const done = await found('the end of the bootstrap data', async () => {
      const now = await machineNow();
      const told = now.status?.conditions?.find(({ type }) => type === 'Bootstrapped');
      return told && told.status !== 'Unknown' ? { ...now, reason: told.reason } : undefined;
    });
    assert.equal(done.reason, 'Done');
    assert.equal(done.status?.initialization?.provisioned, true);
    const [uid, address] = (
      await ignite.ok('inspect', 'dev', '--format', '{{.metadata.uid}} {{index .status.network.ipAddresses 0}}')
    )
      .trim()
      .split(' ');
    assert.equal(done.spec.providerID, `ignite://${uid}`);
    assert.deepEqual(
      done.status?.addresses?.map((each) => each.address),
      ['dev', address],
    );
    assert.match(await ignite.ok('doctor'), /management cluster +it is served/);
    const hosts = await ignite.ok('get', 'hosts', '-o', 'json');
    assert.match(hosts, /"ManagementClusterServed"/);
  });

  test('a VM outlives the daemon, which goes on where it was killed', async () => {
    daemon.kill();
    await daemon.ended;
    const machines = objectsOf(client, infrastructure('ignitemachines', 'IgniteMachine'));
    await machines.delete(key);
    assert.match(await ignite.ok('ps'), /dev/);
    daemon = ignite.start(words);
    await found('the end of the machine', async () => ((await machines.find(key)) ? undefined : true));
    assert.doesNotMatch(await ignite.ok('ps', '-a'), /dev/);
    assert.equal(JSON.parse(await ignite.ok('get', 'secrets', '-o', 'json')).items.length, 0);
  });
});
