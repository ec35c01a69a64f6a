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
import {
  type KubeApiServer,
  kubeconfigOf,
  startKubeApiServer,
} from '../kubernetes/fixtures/kube-api-server.ts';
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

const group = (name: string) => (resource: string, kind: string) => ({
  group: name,
  version: 'v1beta2',
  resource,
  kind,
});
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
    for (const file of readdirSync(kubernetes.definitions).filter((name) =>
      /_(clusters|machines)\.yaml$/.test(name),
    )) {
      const definition = parse(readFileSync(join(kubernetes.definitions, file), 'utf8')) as KubeObject;
      await client.create(definitions, definition);
    }
    await ignite.ok('provider', 'install', '--kubeconfig', kubeconfig);
    const account = join(ignite.dir, 'hosts.kubeconfig');
    writeFileSync(account, await ignite.ok('provider', 'kubeconfig', '--kubeconfig', kubeconfig), {
      mode: 0o600,
    });
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
      {
        apiVersion: 'cluster.x-k8s.io/v1beta2',
        kind,
        name: metadata.name,
        uid: metadata.uid,
        controller: true,
      },
    ],
  });

  const machines = () => objectsOf(client, infrastructure('ignitemachines', 'IgniteMachine'));
  const machineNow = async (name: string) =>
    (await machines().get({ namespace, name })) as KubeObject & {
      readonly spec: { readonly providerID?: string; readonly hostName?: string };
      readonly status?: {
        readonly initialization?: { readonly provisioned?: boolean };
        readonly addresses?: readonly { readonly address: string }[];
        readonly conditions?: readonly {
          readonly type: string;
          readonly status: string;
          readonly reason: string;
        }[];
      };
    };

  /** Creates a machine of the cluster, as Cluster API does. */
  async function createMachine(name: string, image: string): Promise<void> {
    await objectsOf(client, secrets).create({
      metadata: { namespace, name: `${name}-data` },
      data: {
        value: Buffer.from('#cloud-config\nruncmd: [echo joined >/var/log/joined]\n').toString('base64'),
      },
    });
    const infrastructureRef = { apiGroup: 'infrastructure.cluster.x-k8s.io', kind: 'IgniteMachine', name };
    const machine = await objectsOf(client, core('machines', 'Machine')).create({
      metadata: { namespace, name },
      spec: { clusterName: 'dev', bootstrap: { dataSecretName: `${name}-data` }, infrastructureRef },
    });
    await machines().create({
      metadata: { namespace, name, ...owned('Machine', machine) },
      spec: { vm: { image: { oci: image }, memory: '256MB' } },
    });
  }

  test('a machine becomes a VM, and says what keeps it from running', async () => {
    const spec = { controlPlaneEndpoint: { host: '10.90.0.9', port: 6_443 } };
    const cluster = await objectsOf(client, core('clusters', 'Cluster')).create({ metadata: key, spec });
    const status = { initialization: { infrastructureProvisioned: true } };
    await client.updateStatus(core('clusters', 'Cluster'), { ...cluster, status });
    await objectsOf(client, infrastructure('igniteclusters', 'IgniteCluster')).create({
      metadata: { ...key, ...owned('Cluster', cluster) },
      spec,
    });
    // There is no such file.
    await createMachine('broken', `oci-archive:${join(ignite.dir, 'missing.tar')}`);
    await found('a refusal', async () => {
      const { status } = await machineNow('broken');
      return status?.conditions?.find(({ reason }) => reason === 'NotAllowed');
    });
    await createMachine('waiting', 'localhost:1/missing:v1');
    const uid = await found('a VM', async () => {
      const { stdout } = await ignite.run('inspect', 'waiting', '--format', '{{.metadata.uid}}');
      return stdout.trim() || undefined;
    });
    await found('its failure', async () => {
      const { status } = await machineNow('waiting');
      const why = status?.conditions?.find(({ type }) => type === 'Ready');
      return why?.reason === 'NotRunning' ? why : undefined;
    });
    assert.match(uid, /^[0-9a-f]{16}$/);
    // The host may lack other things.
    const isServed = /^✓ management cluster: it is served$/m;
    await found(
      'its word of it',
      async () => isServed.exec((await ignite.run('doctor')).stdout) ?? undefined,
    );
    assert.match(await ignite.ok('get', 'hosts', '-o', 'json'), /"ManagementClusterServed"/);
  });

  test('a daemon goes on where it was killed', async () => {
    daemon.kill();
    await daemon.ended;
    for (const name of ['broken', 'waiting']) await machines().delete({ namespace, name });
    assert.match(await ignite.ok('ps', '-a'), /waiting/);
    daemon = ignite.start(words);
    for (const name of ['broken', 'waiting'])
      await found(`the end of ${name}`, async () =>
        (await machines().find({ namespace, name })) ? undefined : true,
      );
    assert.doesNotMatch(await ignite.ok('ps', '-a'), /waiting/);
    assert.doesNotMatch(await ignite.ok('get', 'secrets'), /waiting-bootstrap/);
  });

  test('the VM of a machine carries out its bootstrap data', async () => {
    const imported = await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
    await ignite.ok('tag', /ID "([0-9a-f]+)"/.exec(imported)![1]!, 'node:v1');
    await createMachine('dev', 'node:v1');
    const done = await found('the end of the bootstrap data', async () => {
      const now = await machineNow('dev');
      const told = now.status?.conditions?.find(({ type }) => type === 'Bootstrapped');
      return told && told.status !== 'Unknown' ? { ...now, reason: told.reason } : undefined;
    });
    assert.equal(done.reason, 'Done');
    assert.equal(done.status?.initialization?.provisioned, true);
    const form = '{{.metadata.uid}} {{index .status.network.ipAddresses 0}}';
    const [uid, address] = (await ignite.ok('inspect', 'dev', '--format', form)).trim().split(' ');
    assert.equal(done.spec.providerID, `ignite://${uid}`);
    const addresses = done.status?.addresses?.map((each) => each.address);
    assert.deepEqual(addresses, ['dev', address]);
    await machines().delete(key);
    await found('its end', async () => ((await machines().find(key)) ? undefined : true));
    assert.doesNotMatch(await ignite.ok('ps', '-a'), /dev/);
  });
});
