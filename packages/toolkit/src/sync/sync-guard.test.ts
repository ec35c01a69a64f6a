import { syncKind } from './object-kinds.ts';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import * as v from 'valibot';
import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { ManualClock } from '../clock/manual-clock.ts';
import type { Log } from '../log/log.ts';
import { newUid } from '../object/uid.ts';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import { type Revision, sourceError } from '../source/source.ts';
import { MemoryStore } from '../store/memory.ts';
import { type SyncObject, type SyncSpec, syncSpecSchema } from './kinds.ts';
import { DirectReader } from '../render/source-reader.ts';
import { StoreActuator } from '../apply/store-actuator.ts';
import { syncClient } from './sync-client.sample.ts';
import { SyncController } from './sync-controller.ts';

const scheme = new Scheme([
  sampleKind({ apiVersion: 'garden.example/v1', kind: 'Pot', spec: v.strictObject({}) }),
]);
const potKind = servedKindOf(scheme.kinds[0]!);
const { signal } = new AbortController();

let store: MemoryStore;
let revision: Revision | Error;
let logged: Parameters<Log>[];
let controller: SyncController;

const pot = (name: string): string =>
  JSON.stringify({ apiVersion: 'garden.example/v1', kind: 'Pot', metadata: { name }, spec: {} });

const push = (files: Record<string, string>, id = `main@sha1:${newUid()}`, root = ''): void => {
  const paths = Object.entries(files);
  revision = {
    id,
    root,
    files: paths.map(([path, text]) => ({ path: `${path}.json`, text, digest: text })),
  };
};

async function declare(spec: object): Promise<void> {
  await store.create({
    apiVersion: 'gitops.weave.works/v1',
    kind: 'Sync',
    metadata: { name: 'garden', uid: newUid() },
    spec: v.parse(syncSpecSchema, { source: { directory: '/x' }, ...spec }),
    status: undefined,
  });
}

const sync = async (): Promise<SyncObject> =>
  (await store.get({ ...syncKind, name: 'garden' })) as SyncObject;
const change = async (spec: Partial<SyncSpec>): Promise<void> => {
  const now = await sync();
  await store.update({ ...now, spec: { ...now.spec, ...spec } });
};
const run = () => controller.reconcile('default/garden', signal);
const ready = async () => (await sync()).status.conditions.find(({ type }) => type === 'Ready');
const pots = async () => (await store.list(potKind)).items.map(({ metadata }) => metadata.name);

beforeEach(() => {
  store = new MemoryStore();
  logged = [];
  controller = new SyncController({
    reader: new DirectReader(scheme),
    hostUses: { Pot: () => [] },
    actuator: new StoreActuator(syncClient(store, scheme), { kinds: [potKind] }),
    kindOrder: ['Pot'],
    clock: new ManualClock(),
    nodeLabels: {},
    client: syncClient(store, scheme),
    openSource: () => ({
      fetch: async () => {
        if (revision instanceof Error) throw revision;
        return revision;
      },
    }),
    sinks: [],
    log: (...event) => void logged.push(event),
    random: () => 0,
  });
});

describe('a Sync whose source', () => {
  test('loses its only manifest loses that object, and nobody is asked', async () => {
    await declare({});
    push({ a: pot('a') });
    await run();
    push({});
    await run();
    assert.deepEqual(await pots(), []);
    assert.equal((await ready())?.status, 'True');
  });

  test('is a wrong folder, or one that is no longer mounted, loses nothing unasked', async () => {
    await declare({});
    push({ a: pot('a') }, 'directory@sha256:1', '8:1');
    await run();
    await change({ path: 'misspelt' });
    push({}, 'directory@sha256:0', '8:1');
    for (const _ of [1, 2]) await run();
    assert.deepEqual(await pots(), ['a']);
    assert.match((await sync()).status.objects[0]?.message ?? '', /at the place that is looked at now/);
    await change({ path: '.' });
    push({}, 'directory@sha256:0', '9:2');
    await run();
    assert.deepEqual(await pots(), ['a']);
    push({}, 'directory@sha256:0', '8:1');
    await run();
    assert.deepEqual(await pots(), []);
  });

  test('fails says so at once, once, with what to do, and again when it works', async () => {
    await declare({});
    revision = sourceError('SOURCE_UNREACHABLE', '/wrong/path: there is no such repository', 'check it');
    for (const _ of [1, 2]) await run();
    revision = sourceError('SOURCE_UNREACHABLE', '/wrong/path: there is no such repository', 'look there');
    await run();
    const error = '/wrong/path: there is no such repository';
    const fields = { sync: 'garden', reason: 'SourceUnreachable', error, hint: 'check it' };
    assert.deepEqual(logged, [['error', 'sync failed, trying again', fields]]);
    revision = sourceError('SOURCE_INVALID', 'no address', 'write one');
    for (const _ of [1, 2]) await run();
    assert.deepEqual(logged[1]?.slice(0, 2), ['error', 'sync failed, until someone changes it']);
    push({ a: pot('a') });
    for (const _ of [1, 2]) await run();
    const told = logged.slice(2).map(([level, message]) => `${level}: ${message}`);
    assert.deepEqual(told, ['info: Created', 'info: sync works again']);
  });

  test('declares nothing, as at a misspelt path, says so', async () => {
    await declare({ path: 'misspelt' });
    push({});
    for (const _ of [1, 2]) await run();
    const fields = { sync: 'garden', source: '/x', path: 'misspelt' };
    assert.deepEqual(logged, [['warning', 'no manifests found', fields]]);
  });
});
