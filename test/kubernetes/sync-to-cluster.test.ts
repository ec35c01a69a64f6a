import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { stringify } from 'yaml';
import * as v from 'valibot';
import { HttpObjectClient } from '../../packages/toolkit/src/client/over-http/http-object-client.ts';
import { servedKindOf } from '../../packages/toolkit/src/client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../../packages/toolkit/src/client/over-store/store-object-client.ts';
import { ManualClock } from '../../packages/toolkit/src/clock/manual-clock.ts';
import { systemClock } from '../../packages/toolkit/src/clock/clock.ts';
import { coreKinds } from '../../packages/toolkit/src/core/kinds.ts';
import type { KubeObject } from '../../packages/toolkit/src/object/kube-object.ts';
import { isTrue } from '../../packages/toolkit/src/object/condition.ts';
import { DirectReader } from '../../packages/toolkit/src/render/source-reader.ts';
import { Scheme } from '../../packages/toolkit/src/scheme/scheme.ts';
import type { Revision } from '../../packages/toolkit/src/source/source.ts';
import { MemoryStore } from '../../packages/toolkit/src/store/memory.ts';
import { clusterTargets } from '../../packages/toolkit/src/sync-service/cluster-targets.ts';
import { gitopsKinds } from '../../packages/toolkit/src/sync/gitops-kinds.ts';
import { type SyncObject, syncSpecSchema } from '../../packages/toolkit/src/sync/kinds.ts';
import { syncKind } from '../../packages/toolkit/src/sync/object-kinds.ts';
import { SyncController } from '../../packages/toolkit/src/sync/sync-controller.ts';
import { syncsOf } from '../../packages/toolkit/src/sync/sync-clients.ts';
import { CannotBuild } from './fixtures/go-program.ts';
import { type KubeApiServer, startKubeApiServer } from './fixtures/kube-api-server.ts';

const server = await startKubeApiServer().catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
if (server instanceof CannotBuild)
  test('a Sync applies objects to a kube-apiserver', { skip: server.message }, () => {});
else testOn(server);

const { signal } = new AbortController();
const deployments = { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment' };
const configMaps = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' };
const secrets = { group: '', version: 'v1', resource: 'secrets', kind: 'Secret' };
const jobs = { group: 'batch', version: 'v1', resource: 'jobs', kind: 'Job' };

const deployment = (replicas: number, image = 'nginx:1', extra: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', ...extra },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image, resources: { limits: { cpu: '0.5', memory: '1024Mi' } } }] },
    },
  },
});
const shop = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const settings = (data: object, name = 'settings'): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
});

/** A Sync with the name of a test, in a store of its own. */
class World {
  readonly home: StoreObjectClient;
  readonly clock = new ManualClock();
  readonly #server: KubeApiServer;
  readonly #controller: SyncController;
  readonly #name: string;
  #revision: Revision = { id: 'none', files: [] };

  constructor(server: KubeApiServer, name: string) {
    this.#server = server;
    this.#name = name;
    const kinds = [...gitopsKinds, ...coreKinds];
    this.home = new StoreObjectClient(new MemoryStore(), kinds.map(servedKindOf));
    this.#controller = new SyncController({
      reader: new DirectReader(new Scheme(kinds)),
      hostUses: {},
      actuator: {
        observe: async () => assert.fail('objects of a cluster are not looked for at home'),
        effectOf: () => 'live',
        create: async () => assert.fail(),
        change: async () => assert.fail(),
        replace: async () => assert.fail(),
        remove: async () => assert.fail(),
      },
      kindOrder: [],
      openTarget: clusterTargets(this.home, systemClock),
      clock: this.clock,
      nodeLabels: {},
      client: this.home,
      openSource: () => ({ fetch: async () => this.#revision }),
      sinks: [],
      log: () => {},
      random: () => 0,
    });
  }

  /** Returns one that knows the cluster. */
  static async open(server: KubeApiServer, name: string, spec?: object): Promise<World> {
    const world = new World(server, name);
    await world.declare(spec);
    await world.giveKubeconfig();
    return world;
  }

  async declare(spec: object = {}): Promise<void> {
    const whole = v.parse(syncSpecSchema, {
      source: { directory: '/x' },
      cluster: 'prod',
      wait: false,
      prune: true,
      pruneLimitPercent: 100,
      ...spec,
    });
    await syncsOf(this.home).create({ metadata: { name: this.#name, namespace: 'default' }, spec: whole });
  }

  async giveKubeconfig(url = this.#server.url): Promise<void> {
    const read = (file: string): string => readFileSync(join(this.#server.dir, file)).toString('base64');
    const config = {
      'current-context': 'admin',
      clusters: [{ name: 'prod', cluster: { server: url, 'certificate-authority-data': read('ca.crt') } }],
      users: [
        {
          name: 'admin',
          user: { 'client-certificate-data': read('admin.crt'), 'client-key-data': read('admin.key') },
        },
      ],
      contexts: [{ name: 'admin', context: { cluster: 'prod', user: 'admin' } }],
    };
    const value = Buffer.from(stringify(config)).toString('base64');
    await this.home.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'prod-kubeconfig', namespace: 'default' },
      data: { value },
    });
  }

  push(id: string, ...objects: readonly object[]): void {
    const files = objects.map((object, at) => {
      const text = stringify(object);
      return { path: `${at}.yaml`, text, digest: text };
    });
    this.#revision = { id: `main@sha1:${id}`, files };
  }

  async run(): ReturnType<SyncController['reconcile']> {
    return await this.#controller.reconcile(`default/${this.#name}`, signal);
  }

  async sync(): Promise<SyncObject> {
    return await syncsOf(this.home).get({ namespace: 'default', name: this.#name });
  }

  async ready(): Promise<readonly [string | undefined, string | undefined]> {
    const found = (await this.sync()).status.conditions.find(({ type }) => type === 'Ready');
    return [found?.reason, found?.message];
  }

  async states(): Promise<Readonly<Record<string, string>>> {
    const { objects } = (await this.sync()).status;
    return Object.fromEntries(
      objects.map(({ kind, namespace, name, state, health }) => [
        `${kind}/${namespace}/${name}`,
        `${state} ${health}`,
      ]),
    );
  }
}

function testOn(server: KubeApiServer): void {
  const cluster = new HttpObjectClient(server.admin);
  after(async () => {
    cluster[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  });
  const get = async (resource: typeof deployments, name: string, namespace = 'shop'): Promise<KubeObject> =>
    await cluster.get({ ...resource, namespace, name });
  const isThere = async (resource: typeof deployments, name: string): Promise<boolean> =>
    (await cluster.list(resource, { namespace: 'shop' })).items.some(
      ({ metadata }) => metadata.name === name,
    );

  describe('a Sync that aims at a cluster', { concurrency: false }, () => {
    test('waits for the cluster with a condition, and applies once it is there', async () => {
      const world = new World(server, 'waits');
      await world.declare();
      world.push('1', shop, settings({ a: '1' }, 'waited'));
      assert.deepEqual(await world.run(), { requeueAfterMs: 10_000 });
      assert.deepEqual(await world.ready(), [
        'ClusterNotReady',
        'waiting for cluster "prod": the Secret "prod-kubeconfig" is not there',
      ]);
      await world.giveKubeconfig('https://127.0.0.1:1');
      await world.run();
      assert.deepEqual(await world.ready(), [
        'ClusterNotReady',
        'waiting for cluster "prod": there is no answer from https://127.0.0.1:1',
      ]);
      await world.home.delete({ ...secrets, namespace: 'default', name: 'prod-kubeconfig' });
      await world.giveKubeconfig();
      await world.run();
      assert.deepEqual(await world.ready(), ['Applied', 'main@sha1:1: 2 objects']);
      assert.deepEqual((await get(configMaps, 'waited'))['data'], { a: '1' });
    });

    test('applies, changes and prunes objects of kinds that only the cluster knows', async () => {
      const world = await World.open(server, 'site');
      world.push('1', shop, deployment(2), settings({ a: '1', b: '2' }));
      await world.run();
      assert.deepEqual(await world.states(), {
        'Namespace//shop': 'Held Healthy',
        'Deployment.apps/shop/web': 'Synced Progressing',
        'ConfigMap/shop/settings': 'Synced Healthy',
      });
      const { metadata } = await get(deployments, 'web');
      assert.equal(metadata.annotations['gitops.weave.works/owner'], 'site Deployment.apps/shop/web');
      // What the server fills in and writes in its own way is no drift.
      const before = metadata.resourceVersion;
      await world.run();
      assert.equal((await get(deployments, 'web')).metadata.resourceVersion, before);
      // A value that is gone from the manifest goes, and one that somebody else has added stays.
      await cluster.patch(
        { ...configMaps, namespace: 'shop', name: 'settings' },
        { type: 'merge', changes: { data: { other: 'x' } } },
      );
      world.push('2', shop, deployment(3), settings({ a: '9' }));
      await world.run();
      assert.deepEqual((await get(configMaps, 'settings'))['data'], { a: '9', other: 'x' });
      assert.partialDeepStrictEqual((await get(deployments, 'web')).spec, { replicas: 3 });
      world.push('3', shop, settings({ a: '9' }));
      await world.run();
      assert.equal(await isThere(deployments, 'web'), false);
      assert.deepEqual(
        (await world.sync()).status.inventory.map(({ kind, name }) => `${kind}/${name}`),
        ['ConfigMap/settings'],
      );
    });

    test('a Namespace goes with all that is in it only if someone confirms that', async () => {
      const world = await World.open(server, 'depot');
      world.push('1', { ...shop, metadata: { name: 'depot' } }, settings({}, 'beside'));
      await world.run();
      world.push('2', settings({}, 'beside'));
      await world.run();
      const key = { group: '', version: 'v1', resource: 'namespaces', name: 'depot' };
      const { uid, deletionTimestamp } = (await cluster.get(key)).metadata;
      const state = (await world.states())['Namespace//depot'];
      assert.deepEqual([state, deletionTimestamp], ['Held Healthy', undefined]);
      const metadata = { annotations: { 'gitops.weave.works/confirm-prune': uid } };
      await cluster.patch(key, { type: 'merge', changes: { metadata } });
      await world.run();
      assert.notEqual((await cluster.get(key)).metadata.deletionTimestamp, undefined);
    });

    test('repairs what drifts, and only reports it if the Sync says so', async () => {
      const world = await World.open(server, 'drift');
      world.push('1', deployment(2, 'nginx:1', { name: 'drifting' }));
      await world.run();
      const key = { ...deployments, namespace: 'shop', name: 'drifting' };
      const scale = async (): Promise<KubeObject> =>
        await cluster.patch(key, { type: 'merge', changes: { spec: { replicas: 7 } } });
      await scale();
      await world.run();
      assert.partialDeepStrictEqual((await cluster.get(key)).spec, { replicas: 2 });
      await syncsOf(world.home).modify({ namespace: 'default', name: 'drift' }, (now) => ({
        ...now,
        spec: { ...now.spec, drift: 'report' },
      }));
      await scale();
      await world.run();
      assert.partialDeepStrictEqual((await cluster.get(key)).spec, { replicas: 7 });
      const [report] = (await world.sync()).status.objects;
      assert.deepEqual(report?.changes, [{ path: '/spec/replicas', from: 7, to: 2 }]);
      // A field that the author leaves to others stays as it is when others change.
      const ignoring = { name: 'drifting', annotations: { 'gitops.weave.works/ignore': '/spec/replicas' } };
      world.push('2', deployment(2, 'nginx:2', ignoring));
      await world.run();
      const { spec } = (await cluster.get(key)) as {
        readonly spec?: {
          readonly replicas: number;
          readonly template: {
            readonly spec: { readonly containers: readonly { readonly image: string }[] };
          };
        };
      };
      assert.deepEqual([spec?.replicas, spec?.template.spec.containers[0]?.image], [7, 'nginx:2']);
    });

    test('a definition and an object of its kind come in one revision', async () => {
      const world = await World.open(server, 'definition', { wait: true });
      const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      const pots = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'pots.garden.test' },
        spec: {
          group: 'garden.test',
          names: { kind: 'Pot', plural: 'pots' },
          scope: 'Namespaced',
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
        },
      };
      const pot = {
        apiVersion: 'garden.test/v1',
        kind: 'Pot',
        metadata: { name: 'mint' },
        spec: { size: 3 },
      };
      world.push('1', pot, pots);
      const done = world.run();
      const stop = setInterval(() => void world.clock.advance(500), 100);
      await done.finally(() => clearInterval(stop));
      assert.deepEqual(await world.ready(), ['Applied', 'main@sha1:1: 2 objects']);
      assert.deepEqual(await world.states(), {
        'CustomResourceDefinition.apiextensions.k8s.io//pots.garden.test': 'Synced Healthy',
        'Pot.garden.test/default/mint': 'Synced Healthy',
      });
    });

    test('names what the cluster refuses, and applies the rest', async () => {
      const world = await World.open(server, 'refused');
      const wrong = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'wrong', namespace: 'shop' },
        spec: { prots: [] },
      };
      const strange = { apiVersion: 'none.test/v1', kind: 'Thing', metadata: { name: 'a' }, spec: {} };
      world.push('1', wrong, strange, settings({}, 'right'));
      await world.run();
      const messages = Object.fromEntries(
        (await world.sync()).status.objects.map(({ name, state, message }) => [name, [state, message]]),
      );
      assert.deepEqual(messages['right'], ['Synced', undefined]);
      assert.deepEqual(messages['a'], ['Failed', 'the cluster has no kind Thing in none.test/v1']);
      assert.equal(messages['wrong']?.[0], 'Failed');
      assert.match(messages['wrong'][1] ?? '', /unknown field "spec\.prots"|prots: field not declared/);
    });

    test('holds what would be replaced, and replaces it where that is allowed', async () => {
      const world = new World(server, 'replaced');
      const job = (image: string, annotations: object = {}): object => ({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'once', namespace: 'shop', annotations },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image }] } } },
      });
      await world.declare();
      await world.giveKubeconfig();
      world.push('1', job('busybox:1'));
      await world.run();
      const { uid } = (await get(jobs, 'once')).metadata;
      world.push('2', job('busybox:2'));
      await world.run();
      const [held] = (await world.sync()).status.objects;
      assert.equal(held?.state, 'Held');
      assert.match(held.message ?? '', /^it would be replaced; /);
      assert.equal((await get(jobs, 'once')).metadata.uid, uid);
      world.push('3', job('busybox:3', { 'gitops.weave.works/replace': 'allowed' }));
      await world.run();
      assert.deepEqual(await world.ready(), ['Applied', 'main@sha1:3: 1 object']);
      assert.notEqual((await get(jobs, 'once')).metadata.uid, uid);
    });

    test('never shows the values of Secrets', async () => {
      const world = await World.open(server, 'secretive', { drift: 'report' });
      const secret = (password: string): object => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'db', namespace: 'shop' },
        stringData: { password },
      });
      world.push('1', secret('old-value'));
      await world.run();
      await cluster.patch(
        { ...secrets, namespace: 'shop', name: 'db' },
        { type: 'merge', changes: { data: { password: Buffer.from('new-value').toString('base64') } } },
      );
      await world.run();
      const { status } = await world.sync();
      assert.deepEqual(status.objects[0]?.changes, [
        { path: '/data/password', from: '(hidden)', to: '(hidden)' },
      ]);
      for (const value of ['old-value', 'new-value'])
        assert.ok(!JSON.stringify(status).includes(Buffer.from(value).toString('base64')));
    });

    test('a source declares only the kinds that are allowed, and takes its objects with it when it goes', async () => {
      const world = await World.open(server, 'narrow', {
        allow: { kinds: ['ConfigMap'] },
        deletionPolicy: 'Delete',
      });
      world.push('1', settings({}, 'mine'), deployment(1, 'nginx:1', { name: 'denied' }));
      await world.run();
      assert.deepEqual(await world.ready(), ['NotAllowed', 'main@sha1:1: 2 objects, 1 not allowed']);
      assert.equal(await isThere(deployments, 'denied'), false);
      await syncsOf(world.home).delete({ namespace: 'default', name: 'narrow' });
      await world.run();
      assert.equal(await isThere(configMaps, 'mine'), false);
      await assert.rejects(
        world.home.get({ ...syncKind, namespace: 'default', name: 'narrow' }),
        /there is no Sync/,
      );
    });

    test('a Sync whose cluster is gone goes with it', async () => {
      const world = await World.open(server, 'gone', { deletionPolicy: 'Delete' });
      world.push('1', settings({}, 'left'));
      await world.run();
      assert.ok(isTrue((await world.sync()).status.conditions, 'Ready'));
      await world.home.delete({ ...secrets, namespace: 'default', name: 'prod-kubeconfig' });
      await syncsOf(world.home).delete({ namespace: 'default', name: 'gone' });
      await world.run();
      await assert.rejects(world.sync(), /there is no Sync/);
    });
  });
}
