import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { own } from '../contract/names.ts';
import { clusterSnapshotKind, secretObjects } from '../kinds/object-kinds.ts';
import { resumeCluster } from '../operations/suspend-cluster.ts';
import { onOtherHost, openBuilder, request } from './built-cluster.sample.ts';
import { createWarmCluster } from './create-warm-cluster.ts';
import type { TemplateWaiting } from './find-template.ts';
import { listTemplates } from './list-templates.ts';
import { findIdleTemplates, hasTemplates, removeIdleTemplates } from './prune-templates.ts';
import { removeTemplate } from './remove-templates.ts';

type Builder = ReturnType<typeof openBuilder>;
const kinds = [clusterSnapshotKind, secretObjects, hostPodKind];

const create = async (waiting: TemplateWaiting, name = request.name) =>
  await createWarmCluster({ ...request, name }, 'auto', waiting, () => {});

/** The kinds of all that there is of templates, on all hosts. */
async function remains({ client, waiting }: Builder): Promise<readonly string[]> {
  const found = (await waiting.snapshots.list(waiting.op.signal)).map(() => 'Snapshot');
  for (const kind of kinds)
    for (const { metadata } of (await objectsOf(client, kind).list()).items)
      if (own.warmCluster in metadata.labels) found.push(kind.kind);
  return found;
}

const prune = async (waiting: TemplateWaiting): Promise<void> =>
  await removeIdleTemplates(await findIdleTemplates(waiting), waiting);

const mayHave = async ({ store, waiting: { snapshots, op } }: Builder): Promise<boolean> =>
  await hasTemplates({ snapshots: { ...snapshots, find: neverAsked }, stored: store }, op.signal);
const neverAsked = async (): Promise<never> => assert.fail('nobody looks for a single Snapshot');

const names = async ({ client }: Builder): Promise<readonly string[]> =>
  (await listTemplates(undefined, client, new AbortController().signal)).map(({ metadata }) => metadata.name);

test('the templates of a host alone go, and those of other hosts that share the store stay', async () => {
  const builder = openBuilder();
  assert.equal(await mayHave(builder), false);
  await create(builder.waiting);
  assert.equal(await mayHave(builder), true);
  builder.content.hosts = ['one', 'two'];
  const [name] = await names(builder);
  const other = await onOtherHost(builder.waiting);
  await prune(other);
  assert.deepEqual(await names(builder), [name]);
  // Both have one of the same kind then.
  await create(other, 'other');
  assert.equal((await names(builder)).length, 2);
  await prune(other);
  assert.deepEqual(await names(builder), [name]);
  assert.deepEqual((await remains(builder)).toSorted(), ['ClusterSnapshot', 'HostPod', 'Secret', 'Snapshot']);
  await prune(builder.waiting);
  assert.deepEqual(await remains(builder), []);
  assert.equal(await mayHave(builder), false);
});

/** Stops a command for good before its write of a number, as kill -9 does: nothing is cleared away. */
function killedBefore(write: number, waiting: TemplateWaiting, isMeant: (resource: string) => boolean) {
  const { promise: reached, resolve } = Promise.withResolvers<string>();
  let count = 0;
  const orKilled = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    if (!isMeant(what) || (count += 1) < write) return await act();
    resolve(what);
    return await new Promise<never>(() => {});
  };
  const { snapshots } = waiting;
  const client = new Proxy(waiting.client, {
    get: (target, method: keyof ObjectClient) => {
      if (method === 'create')
        return async (...[kind, ...rest]: Parameters<ObjectClient['create']>) =>
          await orKilled(`create ${kind.resource}`, async () => await target.create(kind, ...rest));
      if (method === 'delete')
        return async (...[key, ...rest]: Parameters<ObjectClient['delete']>) =>
          await orKilled(`delete ${key.resource}`, async () => await target.delete(key, ...rest));
      return target[method].bind(target);
    },
  });
  const killed: TemplateWaiting = {
    ...waiting,
    client,
    snapshots: {
      ...snapshots,
      create: async (...args) => await orKilled('create snapshots', () => snapshots.create(...args)),
      remove: async (...args) => await orKilled('delete snapshots', () => snapshots.remove(...args)),
    },
  };
  return { reached, killed };
}

test('a template stays from which a cluster is being made', async () => {
  const builder = openBuilder();
  await create(builder.waiting);
  const [name] = await names(builder);
  const { reached, killed } = killedBefore(1, builder.waiting, (what) => what === 'create vms');
  void create(killed, 'other');
  await reached;
  await prune(builder.waiting);
  assert.deepEqual(await names(builder), [name]);
  await create(builder.waiting, 'other');
  await prune(builder.waiting);
  assert.deepEqual(await names(builder), []);
});

const removed = ['clustersnapshots', 'snapshots', 'secrets', 'hostpods'];
for (const [at, next] of removed.entries())
  test(`a removal that was killed before that of ${next} is finished`, async () => {
    const builder = openBuilder();
    await create(builder.waiting);
    const [template] = await listTemplates(undefined, builder.client, builder.waiting.op.signal);
    const { reached, killed } = killedBefore(at + 1, builder.waiting, (what) => what.startsWith('delete '));
    void removeTemplate(template!, killed);
    assert.equal(await reached, `delete ${next}`);
    assert.equal(await mayHave(builder), true);
    await prune(builder.waiting);
    assert.deepEqual(await remains(builder), []);
  });

for (const next of ['secrets', 'snapshots', 'clustersnapshots'])
  test(`what was kept of a template by a command that was killed before it had created ${next} goes once its cluster goes on`, async () => {
    const builder = openBuilder();
    // The cluster has Secrets of its own, which are created before.
    const held = async (): Promise<boolean> => (await remains(builder)).includes('HostPod');
    let isHeld = false;
    const { reached, killed } = killedBefore(
      1,
      builder.waiting,
      (what) => isHeld && what === `create ${next}`,
    );
    const clock: TemplateWaiting['clock'] = {
      ...killed.clock,
      sleep: async (ms, signal) => {
        await killed.clock.sleep(ms, signal);
        isHeld = await held();
      },
    };
    void create({ ...killed, clock });
    assert.equal(await reached, `create ${next}`);
    await prune(builder.waiting);
    assert.equal(await held(), true, 'its cluster stands still for it');
    await resumeCluster(request, builder.waiting);
    assert.equal(await mayHave(builder), true);
    await prune(builder.waiting);
    assert.deepEqual(await remains(builder), []);
  });

test('a template whose Snapshots somebody has removed goes, unless it may be that of another host', async () => {
  const builder = openBuilder();
  const { waiting, content } = builder;
  await create(waiting);
  for (const { metadata } of [...(await waiting.snapshots.list(waiting.op.signal))])
    await waiting.snapshots.remove(metadata.uid, { force: true }, waiting.op);
  assert.equal(await mayHave(builder), true);
  content.hosts = ['one', 'two'];
  await prune(waiting);
  assert.equal((await names(builder)).length, 1);
  content.hosts = ['one'];
  await prune(waiting);
  assert.deepEqual(await remains(builder), []);
});

test('a host alone waits until it has cleared away what was left, and another one does not', async () => {
  const builder = openBuilder();
  const { waiting, content, pods, client } = builder;
  await create(waiting);
  const [template] = await listTemplates(undefined, client, waiting.op.signal);
  await client.delete({ ...clusterSnapshotKind, ...template!.metadata });
  await pods.modify(template!.metadata, (pod) => ({
    ...pod,
    metadata: { ...pod.metadata, finalizers: ['ignite.test/host'] },
  }));
  content.hosts = ['one', 'two'];
  await prune(waiting);
  assert.deepEqual(await remains(builder), ['HostPod']);
  content.hosts = ['one'];
  const clearing: TemplateWaiting = {
    ...waiting,
    clock: {
      ...waiting.clock,
      sleep: async (ms, signal) => {
        await waiting.clock.sleep(ms, signal);
        await pods.modify(template!.metadata, (pod) => ({
          ...pod,
          metadata: { ...pod.metadata, finalizers: [] },
        }));
      },
    },
  };
  await prune(clearing);
  assert.deepEqual(await remains(builder), []);
});
