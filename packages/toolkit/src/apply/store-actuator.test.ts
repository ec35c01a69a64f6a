import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { decodeManifests } from '../codec/decode-manifests.ts';
import type { Manifest } from '../codec/manifest.ts';
import { coreKinds } from '../core/kinds.ts';
import { Scheme } from '../scheme/scheme.ts';
import { MemoryStore } from '../store/memory.ts';
import type { CallOptions } from '../client/object-client.ts';
import type { LiveObject } from './actuator.ts';
import { planApply } from './plan-apply.ts';
import { planManifests } from './plan-manifests.ts';
import { StoreActuator } from './store-actuator.ts';

const scheme = new Scheme(coreKinds);
const kinds = coreKinds.map(servedKindOf);
const op = { signal: new AbortController().signal };
const secret = (stringData: object, labels: object = {}): Manifest =>
  decodeManifests(
    JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', labels }, stringData }),
    'f',
    scheme,
  )[0]!;

test('StoreActuator: what an object has beside a spec is created, compared and changed, and values stay hidden', async () => {
  const actuator = new StoreActuator(new StoreObjectClient(new MemoryStore(), kinds), { kinds });
  const planned = async (wanted: Manifest) =>
    planApply({
      owner: undefined,
      wanted: [wanted],
      live: await actuator.observe(op.signal),
      inventory: [],
      effectOf: () => 'live',
      kindOrder: ['Secret'],
      defaults: { drift: 'repair', replace: 'forbidden' },
      prune: { enabled: false, limitPercent: 0, isElsewhere: false, confirmed: false, brokenRevision: false },
      adopt: false,
    }).stages.flat()[0]!;
  await actuator.create(secret({ a: 'x', gone: 'y' }), op);
  assert.equal((await planned(secret({ a: 'x', gone: 'y' }))).kind, 'unchanged');
  const next = secret({ a: 'z' }, { app: 'web' });
  const action = await planned(next);
  assert.deepEqual(action.changes, [
    { path: '/metadata/labels/app', from: undefined, to: 'web' },
    { path: '/data/a', from: '(hidden)', to: '(hidden)' },
    { path: '/data/gone', from: '(hidden)', to: undefined },
  ]);
  const [live] = await actuator.observe(op.signal);
  await actuator.change(live!, next, [], op);
  const [changed] = await actuator.observe(op.signal);
  assert.deepEqual(changed?.content, { type: 'Opaque', data: { a: 'eg==' } });
  assert.equal((await planned(next)).kind, 'unchanged');
});

test('StoreActuator: an object of a kind without namespaces is found again', async () => {
  const actuator = new StoreActuator(new StoreObjectClient(new MemoryStore(), kinds), { kinds });
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } });
  const [namespace] = decodeManifests(text, 'f', scheme);
  await actuator.create(namespace!, op);
  const [live] = await actuator.observe(op.signal);
  assert.equal(live?.metadata.namespace, namespace?.metadata.namespace);
  await actuator.remove(live!, op);
  assert.deepEqual(await actuator.observe(op.signal), []);
});

test('StoreActuator: a namespace is not removed with objects of kinds that must not go with it', async () => {
  const client = new StoreObjectClient(new MemoryStore(), kinds);
  const keepingNamespace = kinds.filter(({ kind }) => kind === 'Secret');
  const actuator = new StoreActuator(client, { kinds, keepingNamespace });
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } });
  await actuator.create(decodeManifests(text, 'f', scheme)[0]!, op);
  const [namespace] = await actuator.observe(op.signal);
  const held = { metadata: { name: 'db', namespace: 'prod' }, apiVersion: 'v1', kind: 'Secret' };
  await client.create(keepingNamespace[0]!, held);
  await assert.rejects(actuator.remove(namespace!, op), {
    code: 'NAMESPACE_IN_USE',
    message: 'namespace "prod" holds Secret/prod/db',
  });
  await client.delete({ ...keepingNamespace[0]!, ...held.metadata });
  await actuator.remove(namespace!, op);
  assert.deepEqual(await actuator.observe(op.signal), []);
});

test('StoreActuator: nothing is created in a namespace that is being deleted, nor that namespace itself', async () => {
  const client = new StoreObjectClient(new MemoryStore(), kinds);
  const actuator = new StoreActuator(client, { kinds });
  const namespaces = kinds.find(({ kind }) => kind === 'Namespace')!;
  const metadata = { name: 'prod', finalizers: ['example.org/hold'] };
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } });
  const [namespace] = decodeManifests(text, 'f', scheme);
  const declared = secret({ a: 'x' });
  const within = { ...declared, metadata: { ...declared.metadata, namespace: 'prod' } };
  await actuator.create(within, op);
  await client.delete({ ...namespaces, name: 'prod' });
  for (const wanted of [namespace!, within])
    await assert.rejects(actuator.create(wanted, op), { code: 'NAMESPACE_LEAVING' });
  await actuator.create(declared, op);
});

test('StoreActuator: what the server gives a namespace is no difference, and stays when the namespace is changed', async () => {
  const client = new StoreObjectClient(new MemoryStore(), kinds);
  const actuator = new StoreActuator(client, { kinds });
  const declared = (labels: object): Manifest =>
    decodeManifests(
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod', labels } }),
      'f',
      scheme,
    )[0]!;
  await actuator.create(declared({}), op);
  const namespaces = kinds.find(({ kind }) => kind === 'Namespace')!;
  const key = { ...namespaces, name: 'prod' };
  await client.patch(key, { type: 'merge', changes: { spec: { finalizers: ['kubernetes'] } } });
  const planned = async (wanted: Manifest) =>
    planManifests(
      [wanted],
      await actuator.observe(op.signal),
      { replace: false, force: false },
      {
        actuator: { effectOf: () => 'live' },
        kindOrder: ['Namespace'],
      },
    ).stages.flat()[0]!;
  assert.equal((await planned(declared({}))).kind, 'unchanged');
  const labelled = declared({ team: 'a' });
  const { changes } = await planned(labelled);
  assert.deepEqual(changes, [{ path: '/metadata/labels/team', from: undefined, to: 'a' }]);
  const [live] = await actuator.observe(op.signal);
  await actuator.change(live!, labelled, [], op);
  assert.equal((await planned(labelled)).kind, 'unchanged');
  const { metadata, spec } = await client.get(key);
  assert.deepEqual(spec, { finalizers: ['kubernetes'] });
  assert.deepEqual(metadata.labels, { 'kubernetes.io/metadata.name': 'prod', team: 'a' });
});

test(
  'StoreActuator: what waits for the server ends when the operation does',
  { timeout: 10_000 },
  async () => {
    const abort = new AbortController();
    const { signal } = abort;
    const silent = async ({ signal: until }: CallOptions = {}): Promise<never> => {
      await delay(60_000, undefined, { signal: until, ref: false });
      throw new Error('the server has said nothing');
    };
    const client = new StoreObjectClient(new MemoryStore(), kinds);
    client.list = async (_kind, options) => await silent(options);
    client.get = async (_key, options) => await silent(options);
    client.create = async (_kind, _object, options) => await silent(options);
    client.delete = async (_key, options) => await silent(options);
    const actuator = new StoreActuator(client, { kinds, keepingNamespace: kinds });
    const wanted = secret({});
    const live: LiveObject = {
      ...wanted,
      metadata: { ...wanted.metadata, uid: 'u' },
      health: { state: 'Healthy' },
    };
    const waiting = [
      actuator.observe(signal),
      actuator.create(wanted, { signal }),
      actuator.create({ ...wanted, metadata: { ...wanted.metadata, namespace: 'prod' } }, { signal }),
      actuator.change(live, wanted, [], { signal }),
      actuator.remove(live, { signal }),
      actuator.remove({ ...live, kind: 'Namespace' }, { signal }),
    ];
    abort.abort();
    for (const ended of await Promise.allSettled(waiting)) assert.equal(ended.status, 'rejected');
  },
);
