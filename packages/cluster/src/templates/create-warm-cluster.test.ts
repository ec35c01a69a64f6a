import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { own } from '../contract/names.ts';
import { secretObjects } from '../kinds/object-kinds.ts';
import { createCluster } from '../operations/create-cluster.ts';
import { deleteCluster } from '../operations/delete-cluster.ts';
import { planCluster } from '../operations/plan-cluster.ts';
import { restoreCluster } from '../operations/restore-cluster.ts';
import { removeClusterSnapshot, removeLeftParts } from '../operations/snapshot-cluster.ts';
import { openBuilder, request } from './built-cluster.sample.ts';
import { type TemplateUse, createWarmCluster } from './create-warm-cluster.ts';
import type { TemplateWaiting } from './find-template.ts';
import { listTemplates } from './list-templates.ts';
import { removeTemplate } from './remove-templates.ts';

type Builder = ReturnType<typeof openBuilder>;
const other = { ...request, name: 'other' };

/** Creates a cluster, and resolves with the template from which it has started, if it has. */
async function create(
  builder: Builder,
  asked = request,
  warmth: TemplateUse = 'auto',
  waiting: TemplateWaiting = builder.waiting,
): Promise<string | undefined> {
  let source: string | undefined;
  await createWarmCluster(asked, warmth, waiting, (_, template) => void (source = template?.metadata.name));
  return source;
}

const templates = async ({ client }: Builder) =>
  await listTemplates(undefined, client, new AbortController().signal);
const names = async (builder: Builder): Promise<readonly string[]> =>
  (await templates(builder)).map(({ metadata }) => metadata.name);

/** What belongs to snapshots of clusters, of all kinds. */
async function partsLeft({ client, waiting }: Builder): Promise<readonly string[]> {
  const parts = [...(await waiting.snapshots.list(waiting.op.signal))];
  const objects = [
    ...(await objectsOf(client, secretObjects).list()).items,
    ...(await objectsOf(client, hostPodKind).list()).items,
  ];
  return [...parts, ...objects]
    .filter(({ metadata }) => own.clusterSnapshot in metadata.labels)
    .map(({ metadata }) => metadata.name);
}

test('the first cluster is built and goes on after a template was kept of it, and the next one like it starts from that', async () => {
  const builder = openBuilder();
  assert.equal(await create(builder), undefined);
  const [template] = await templates(builder);
  assert.match(template!.metadata.name, /^template-[0-9a-f]{8}$/);
  assert.equal(template!.spec.clusterName, 'dev');
  assert.match(
    builder.told.join('\n'),
    /\nstep: Keeping a template of cluster "dev", which is suspended for that\n/,
  );
  assert.deepEqual((await builder.clusters.get(request)).metadata.annotations, {});
  assert.deepEqual((await builder.pods.get(request)).spec.copies, []);
  assert.equal(await create(builder, other), template!.metadata.name);
  assert.deepEqual((await builder.clusters.get(other)).metadata.annotations, {});
  const { spec } = await builder.pods.get(other);
  assert.equal(spec.restored?.podName, template!.metadata.name);
  assert.equal((await builder.vms.get({ ...other, name: 'other-a' })).spec.network.router, 'other');
  assert.equal((await templates(builder)).length, 1);
});

test('a template outlives its cluster, and nothing is left of it when it was removed', async () => {
  const builder = openBuilder();
  await create(builder);
  await deleteCluster(request, builder.waiting);
  await removeLeftParts(request, builder.waiting);
  const [template] = await templates(builder);
  assert.equal(await create(builder, other, 'always'), template!.metadata.name);
  await removeTemplate(template!, builder.waiting);
  assert.deepEqual(await partsLeft(builder), []);
  assert.deepEqual(await names(builder), []);
  await assert.rejects(create(builder, { ...request, name: 'third' }, 'always'), {
    code: 'CLUSTER_TEMPLATE_MISSING',
    message:
      /cluster "third" cannot start from a template: the namespace default has none of clusters like it$/,
    hint: 'create it with --warm auto, which keeps one for the next cluster',
  });
});

test('a template is removed as a snapshot of the cluster that it was made of, which does not go back to it', async () => {
  const builder = openBuilder();
  await create(builder);
  const [name] = await names(builder);
  await assert.rejects(restoreCluster(request, name!, builder.waiting), {
    code: 'CLUSTER_SNAPSHOT_UNFIT',
    message: /it is a template, from which other clusters start$/,
  });
  await removeClusterSnapshot(request, name!, builder.waiting);
  assert.deepEqual(await partsLeft(builder), []);
  assert.deepEqual(await names(builder), []);
});

test('what cannot be a template is built, or refused', async () => {
  const builder = openBuilder();
  const several = { ...request, controlPlane: { kind: 'hosted', replicas: 3 } } as const;
  await assert.rejects(create(builder, several, 'always'), {
    code: 'CLUSTER_TEMPLATE_MISSING',
    message: /: its control plane has several replicas, /,
    hint: 'create it with --warm never',
  });
  assert.equal(await builder.clusters.find(request), undefined);
});

test('no cluster starts from a template of another image or kernel, and that goes', async () => {
  const builder = openBuilder();
  for (const [at, change] of [{ digest: 'sha256:2' }, { kernel: 'k2' }, { digest: '' }].entries()) {
    Object.assign(builder.content, { digest: 'sha256:1', kernel: 'k' });
    await create(builder, { ...request, name: `c${at}` });
    const before = await names(builder);
    assert.equal(before.length, 1);
    Object.assign(builder.content, change);
    await assert.rejects(create(builder, other, 'always'), { code: 'CLUSTER_TEMPLATE_MISSING' });
    assert.deepEqual(await names(builder), []);
    assert.deepEqual(await partsLeft(builder), []);
  }
});

test('a template whose VM does not go on the second time either is removed, and the cluster is built', async () => {
  const builder = openBuilder();
  await create(builder);
  const [name] = await names(builder);
  const { waiting, vms } = builder;
  const failing: TemplateWaiting = {
    ...waiting,
    clock: {
      ...waiting.clock,
      sleep: async (ms, signal) => {
        await waiting.clock.sleep(ms, signal);
        const vm = await vms.find({ ...other, name: 'other-a' });
        if (vm?.spec.source && vm.spec.power === 'Running' && vm.status.phase === 'Running')
          await vms.modifyStatus(vm.metadata, (now) => ({
            ...now,
            status: {
              ...now.status,
              ...{ phase: 'Suspended', message: 'the saved state does not fit' },
              startRetry: { pauseMs: 20_000, nextTime: '' },
            },
          }));
      },
    },
  };
  const begun = createWarmCluster(other, 'always', failing, () => {});
  await assert.rejects(begun, {
    code: 'CLUSTER_TEMPLATE_UNUSABLE',
    message: `the template ${name} cannot be used: other-a: the saved state does not fit`,
  });
  // What is left of it goes, and so does the template. Another one is kept of the cluster that is built.
  assert.equal(await create(builder, other, 'auto', failing), undefined);
  assert.match(
    builder.told.join('\n'),
    /^warning: the cluster is built, not started from a template: the template template-\w+ cannot be used: /m,
  );
  assert.equal((await vms.get({ ...other, name: 'other-a' })).spec.source, undefined);
  assert.ok(!(await names(builder)).includes(name!));
});

/** Stops a command for good where it would take the Snapshot of a VM, as kill -9 does: nothing is cleared away. */
function killedAtSnapshot(waiting: TemplateWaiting) {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const create = async (): Promise<never> => {
    resolve();
    return await new Promise<never>(() => {});
  };
  return { reached, killed: { ...waiting, snapshots: { ...waiting.snapshots, create } } };
}

test('a command that was killed as it took the template is finished by another one, and the next one removes what it has left', async () => {
  const builder = openBuilder();
  const { waiting, clusters } = builder;
  const { reached, killed } = killedAtSnapshot(waiting);
  void create(builder, request, 'auto', killed);
  await reached;
  assert.equal((await partsLeft(builder)).length, 2);
  await create(builder);
  assert.deepEqual((await clusters.get(request)).metadata.annotations, {});
  assert.deepEqual(await names(builder), [], 'somebody may have used the cluster meanwhile');
  assert.equal(await create(builder, other), undefined);
  const kept = await names(builder);
  assert.equal(kept.length, 1);
  const holders = (await builder.pods.list()).items.filter(({ spec }) => spec.copiesOf !== undefined);
  assert.deepEqual(
    holders.map(({ metadata }) => metadata.name),
    kept,
  );
  const snapshots = await waiting.snapshots.list(waiting.op.signal);
  assert.equal(snapshots.length, 1);
});

test('a cluster that a command was killed with as it started from a template goes on with the same command', async () => {
  const builder = openBuilder();
  await create(builder);
  const [name] = await names(builder);
  const { waiting } = builder;
  const killed = new Error('killed');
  const stored = waiting.client.create.bind(waiting.client);
  const client = new Proxy(waiting.client, {
    get: (target, method: keyof ObjectClient) =>
      method === 'create'
        ? async (...[kind, object, options]: Parameters<typeof stored>) => {
            if (kind.resource === 'vms') throw killed;
            return await stored(kind, object, options);
          }
        : target[method].bind(target),
  });
  await assert.rejects(create(builder, other, 'auto', { ...waiting, client }), killed);
  assert.notEqual((await builder.clusters.get(other)).metadata.annotations[own.cloning], undefined);
  assert.equal(await create(builder, other), name);
  await assert.rejects(create(builder, other), { code: 'CLUSTER_EXISTS' });
});

test('a cluster that was there before the command is built to its end, and nothing is kept of it', async () => {
  const builder = openBuilder();
  await createCluster(planCluster(request), builder.client, builder.waiting.op.signal);
  await create(builder);
  assert.deepEqual(await names(builder), []);
});

test('a cluster that was built is ready although no template can be kept of it', async () => {
  const builder = openBuilder();
  const { waiting } = builder;
  const full = { ...waiting.snapshots, create: async () => Promise.reject(new Error('no space')) };
  await create(builder, request, 'auto', { ...waiting, snapshots: full });
  assert.match(builder.told.join('\n'), /warning: no template was kept of the cluster: no space$/m);
  assert.deepEqual((await builder.clusters.get(request)).metadata.annotations, {});
  assert.deepEqual(await partsLeft(builder), []);
});
