import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readObjects } from '../codec/read-objects.ts';
import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { hasCode } from '../errors/coded-error.ts';
import { Scheme } from '../scheme/scheme.ts';
import { problemsOfUpdate } from '../scheme/problems-of-update.ts';
import { MemoryStore } from '../store/memory.ts';
import { configMapKind } from './config-map.ts';
import { eventKind } from './event.ts';
import { coreKinds } from './kinds.ts';
import { namespaceKind } from './namespace.ts';
import { secretKind } from './secret.ts';

const scheme = new Scheme(coreKinds);
const read = (object: object) => readObjects(JSON.stringify(object), 'f', scheme)[0]!;
const messagesOf = (object: object): readonly string[] => {
  try {
    read(object);
  } catch (failure) {
    if (hasCode(failure, 'MANIFEST_INVALID')) return [failure.message, ...failure.further];
    throw failure;
  }
  return [];
};

const event = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'web.17f2a0b3', namespace: 'default', creationTimestamp: null },
  eventTime: null,
  reason: 'Started',
  regarding: { kind: 'VM', namespace: 'default', name: 'web', uid: 'u' },
  note: 'it runs',
  type: 'Normal',
  series: { count: 3, lastObservedTime: '2026-01-01T00:01:00Z' },
};

describe("Kubernetes' own kinds", () => {
  test('objects as Kubernetes writes them are accepted, and keep fields beside a spec', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a.b' }, data: { key: 'aGk=' } };
    assert.deepEqual(read(secret).checked, {
      ...secret,
      metadata: { name: 'a.b', namespace: 'default', labels: {}, annotations: {} },
      spec: undefined,
      type: 'Opaque',
    });
    for (const object of [
      event,
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'prod' },
        spec: { finalizers: ['kubernetes'] },
      },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' }, spec: {} },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kube-root-ca.crt' },
        data: { 'ca.crt': 'x' },
      },
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'host-1', namespace: 'kube-node-lease' },
        spec: { holderIdentity: 'host-1', leaseDurationSeconds: 40, renewTime: '2026-01-01T00:00:00Z' },
      },
    ])
      assert.deepEqual(messagesOf(object), []);
  });

  test('everything that is wrong is told', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'A' },
      data: { '../x': 'a', y: '!' },
    };
    const messages = messagesOf({ ...secret, spec: {} });
    assert.equal(messages.length, 5);
    for (const [at, pattern] of [
      /metadata.name: /,
      /data.*letters, digits/,
      /data.y: must be Base64/,
    ].entries())
      assert.ok(
        messages.some((text) => pattern.test(text)),
        `${at}: ${messages.join('\n')}`,
      );
  });

  test('a namespace is active at first, and plain values of a secret are stored in Base64', async () => {
    using store = new MemoryStore();
    const [namespaces, secrets] = [servedKindOf(namespaceKind), servedKindOf(secretKind)];
    const client = new StoreObjectClient(store, [namespaces, secrets]);
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'home' } };
    assert.deepEqual((await client.create(namespaces, home)).status, { phase: 'Active' });
    const { stringData, data, type } = await client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'home', name: 'key' },
      data: { a: 'YQ==' },
      stringData: { b: 'b' },
    });
    assert.deepEqual([stringData, data, type], [undefined, { a: 'YQ==', b: 'Yg==' }, 'Opaque']);
    const empty = await client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'home', name: 'empty' },
      data: {},
      stringData: {},
    });
    assert.deepEqual([empty.stringData, empty.data], [undefined, undefined]);
    for (const plain of [{ a: -1 }, { a: null }, { '../a': 'b' }, 'a', null])
      await assert.rejects(
        client.create(secrets, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { namespace: 'home', name: 'wrong' },
          stringData: plain,
        }),
        { code: 'INVALID' },
      );
  });

  test('a namespace keeps its name as a label when its status is written without one, as in Kubernetes', async () => {
    using store = new MemoryStore();
    const namespaces = servedKindOf(namespaceKind);
    const client = new StoreObjectClient(store, [namespaces]);
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'home' } };
    const { metadata, ...created } = await client.create(namespaces, home);
    const written = await client.updateStatus(namespaces, {
      ...created,
      metadata: { ...metadata, labels: {} },
    });
    assert.deepEqual(written.metadata.labels, { 'kubernetes.io/metadata.name': 'home' });
  });

  test('the namespace that is always there cannot be deleted, whoever asks the store for it', async () => {
    using store = new MemoryStore();
    const namespaces = servedKindOf(namespaceKind);
    const client = new StoreObjectClient(store, [namespaces]);
    for (const name of ['default', 'home'])
      await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    for (const dryRun of [true, false])
      await assert.rejects(client.delete({ ...namespaces, name: 'default' }, { dryRun }), {
        code: 'FORBIDDEN',
        message: /this namespace may not be deleted/,
      });
    await client.delete({ ...namespaces, name: 'home' });
    assert.deepEqual(
      (await client.list(namespaces)).items.map(({ metadata }) => metadata.name),
      ['default'],
    );
  });

  test('the type of a secret stays, and so does all data that is marked as immutable', () => {
    const paths = (old: object, next: object): readonly string[] =>
      problemsOfUpdate(old, next, secretKind).map(({ path }) => path);
    assert.deepEqual(paths({ type: 'Opaque', data: { a: '1' } }, { type: 'x', data: {} }), ['/type']);
    const sealed = { data: { a: '1' }, immutable: true };
    assert.deepEqual(paths(sealed, { data: { a: '2' } }), ['/data', '/immutable']);
    assert.deepEqual(
      problemsOfUpdate(sealed, { ...sealed, metadata: { labels: { x: 'y' } } }, configMapKind),
      [],
    );
  });

  test('an event shows when it was last seen, about what, and its message', () => {
    const row = eventKind.columns.map((column) =>
      column.cell(event as never, Date.parse('2026-01-01T00:01:30Z')),
    );
    assert.deepEqual(row, ['30s', 'Normal', 'Started', 'vm/web', 'it runs']);
  });
});

test('a Secret that is written wrongly is refused without a word of what it holds', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } };
  for (const [fields, problem] of [
    [{ stringData: { pin: 48_151_623 } }, /stringData\.pin: must be a text$/],
    [{ stringData: '48151623' }, /stringData: must be a map$/],
    [{ data: { pin: 48_151_623 } }, /data\.pin: must be a text$/],
    [{ data: { pin: '48151623!' } }, /data\.pin: must be Base64$/],
    [{ data: '48151623' }, /data: must be a map$/],
  ] as const) {
    const messages = messagesOf({ ...secret, ...fields });
    assert.match(messages.join('\n'), problem);
    assert.doesNotMatch(messages.join('\n'), /48151623/);
  }
});
