import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds as vmKinds } from '@ignite/api/v1/kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { isTrue } from '@ignite/toolkit/object/condition';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { kinds } from '../kinds/kinds.ts';
import type { SandboxClaim } from '../kinds/sandbox-claim.ts';
import type { Sandbox } from '../kinds/sandbox.ts';
import { isControlledBy } from '../plan/owner.ts';
import { reconcileClaim, reconcilePool, reconcileSandbox } from './reconcile.ts';
import { sandboxClients } from './sandbox-clients.ts';

const { signal } = new AbortController();
const namespace = 'default';
const podTemplate = { spec: { containers: [{ name: 'main', image: 'python:3.12' }] } };
const beginMs = Date.parse('2026-01-01T12:00:00Z');

/** Objects, and a host that runs VMs at once. */
function world() {
  const client = new StoreObjectClient(new MemoryStore(), [...vmKinds, ...kinds].map(servedKindOf));
  const clients = sandboxClients(client);
  let nowMs = beginMs;
  const reconciling = { clients, hostName: 'a', now: () => nowMs };
  const all = async <T>(of: { list(): Promise<{ readonly items: readonly T[] }> }): Promise<readonly T[]> =>
    (await of.list()).items;
  const runVms = async (): Promise<void> => {
    for (const vm of await all(clients.vms)) {
      const phase = vm.spec.power;
      const ready = { type: 'Ready', status: phase === 'Running' ? 'True' : 'False' };
      const status = { ...vm.status, phase, conditions: [ready], network: { ipAddresses: ['10.1.0.2'] } };
      await clients.vms.modifyStatus(vm.metadata, (now) => ({ ...now, status }) as unknown as Vm);
    }
  };
  const round = async (): Promise<void> => {
    for (const { metadata } of await all(clients.pools)) await reconcilePool(metadata, reconciling, signal);
    for (const { metadata } of await all(clients.sandboxes))
      await reconcileSandbox(metadata, reconciling, signal);
    await Promise.all(
      (await all(clients.claims)).map(
        async ({ metadata }) => await reconcileClaim(metadata, reconciling, signal),
      ),
    );
    await runVms();
  };
  return {
    clients,
    all,
    reconciling,
    passTime: (ms: number): void => void (nowMs += ms),
    settle: async (): Promise<void> => {
      for (let rounds = 0; rounds < 6; rounds++) await round();
    },
    poolOf: async (replicas: number): Promise<void> => {
      await clients.templates.create({ metadata: { namespace, name: 'python' }, spec: { podTemplate } });
      const spec = { replicas, sandboxTemplateRef: { name: 'python' } };
      await clients.pools.create({ metadata: { namespace, name: 'pool' }, spec });
    },
    claim: async (name: string, spec: object = {}): Promise<SandboxClaim> =>
      await clients.claims.create({
        metadata: { namespace, name },
        spec: { warmPoolRef: { name: 'pool' }, ...spec },
      }),
  };
}

const readyOf = ({ status }: Sandbox | SandboxClaim) =>
  status?.conditions?.find(({ type }) => type === 'Ready');

test('a Sandbox has a VM of its name, is suspended and goes on', async () => {
  const { clients, settle } = world();
  const key = { namespace, name: 'box' };
  await clients.sandboxes.create({ metadata: key, spec: { podTemplate } });
  await settle();
  const vm = await clients.vms.get(key);
  assert.deepEqual([vm.spec.image.oci, vm.spec.hostName, vm.spec.power], ['python:3.12', 'a', 'Running']);
  const sandbox = await clients.sandboxes.get(key);
  assert.ok(isControlledBy(vm, sandbox));
  assert.equal(readyOf(sandbox)?.reason, 'DependenciesReady');
  assert.deepEqual(sandbox.status?.podIPs, ['10.1.0.2']);
  assert.equal(sandbox.status?.serviceFQDN, 'box');

  const to = async (operatingMode: 'Running' | 'Suspended'): Promise<Sandbox> => {
    await clients.sandboxes.modify(key, (now) => ({ ...now, spec: { ...now.spec, operatingMode } }));
    await settle();
    return await clients.sandboxes.get(key);
  };
  const suspended = await to('Suspended');
  assert.equal((await clients.vms.get(key)).spec.power, 'Suspended');
  assert.equal(readyOf(suspended)?.reason, 'SandboxSuspended');
  assert.ok(isTrue(suspended.status?.conditions ?? [], 'Suspended'));
  const resumed = await to('Running');
  assert.ok(isTrue(resumed.status?.conditions ?? [], 'Ready'));
  assert.equal((await clients.vms.get(key)).metadata.uid, vm.metadata.uid);
});

test('a Sandbox that no VM can be says why, and has none', async () => {
  const { clients, settle } = world();
  const key = { namespace, name: 'box' };
  await clients.sandboxes.create({ metadata: key, spec: { podTemplate, volumeClaimTemplates: [{}] } });
  await settle();
  assert.equal(await clients.vms.find(key), undefined);
  assert.match(readyOf(await clients.sandboxes.get(key))?.message ?? '', /^volumeClaimTemplates: /);
});

test('a Sandbox whose VM is refused says why, and gets it once it is described otherwise', async () => {
  const { clients, settle } = world();
  const key = { namespace, name: 'box' };
  const labelled = (labels: Readonly<Record<string, string>>) => ({
    podTemplate: { ...podTemplate, metadata: { labels } },
  });
  await clients.sandboxes.create({ metadata: key, spec: labelled({ team: 'a b' }) });
  await settle();
  assert.equal(await clients.vms.find(key), undefined);
  assert.match(
    readyOf(await clients.sandboxes.get(key))?.message ?? '',
    /"a b" cannot be the value of a label/,
  );
  await clients.sandboxes.modify(key, (now) => ({
    ...now,
    spec: { ...now.spec, ...labelled({ team: 'a' }) },
  }));
  await settle();
  assert.ok(isTrue((await clients.sandboxes.get(key)).status?.conditions ?? [], 'Ready'));
});

test('the labels and annotations of a Sandbox are those of its VM, but for those that Ignite acts upon', async () => {
  const { clients, settle } = world();
  const key = { namespace, name: 'box' };
  const metadata = {
    labels: { team: 'a', 'ignite.weave.works/pool': 'workers' },
    annotations: {
      'example.org/note': 'b',
      'ignite.weave.works/sandbox-env/LD_PRELOAD': '/x',
      'ignite.weave.works/interface/eth1': 'dhcp-bridge',
      'gitops.weave.works/owner': 'vms VM/default/box',
    },
  };
  await clients.sandboxes.create({ metadata: key, spec: { podTemplate: { ...podTemplate, metadata } } });
  await settle();
  const vm = await clients.vms.get(key);
  assert.deepEqual(vm.metadata.labels, { team: 'a', 'agents.x-k8s.io/sandbox-name': 'box' });
  assert.deepEqual(vm.metadata.annotations, { 'example.org/note': 'b' });
});

test('a Sandbox takes no VM of others', async () => {
  const { clients, settle } = world();
  const key = { namespace, name: 'box' };
  await clients.vms.create({ metadata: key, spec: { image: { oci: 'mine' } } });
  await clients.sandboxes.create({ metadata: key, spec: { podTemplate, operatingMode: 'Suspended' } });
  await settle();
  assert.equal((await clients.vms.get(key)).spec.power, 'Running');
  assert.match(readyOf(await clients.sandboxes.get(key))?.message ?? '', /not its own/);
});

for (const shutdownPolicy of ['Retain', 'Delete'] as const)
  test(`a Sandbox that expires loses its VM (${shutdownPolicy})`, async () => {
    const { clients, settle, passTime } = world();
    const key = { namespace, name: 'box' };
    const shutdownTime = new Date(beginMs + 60_000).toISOString();
    await clients.sandboxes.create({ metadata: key, spec: { podTemplate, shutdownTime, shutdownPolicy } });
    await settle();
    assert.ok(await clients.vms.find(key));
    passTime(60_000);
    await settle();
    assert.equal(await clients.vms.find(key), undefined);
    const left = await clients.sandboxes.find(key);
    assert.equal(left && readyOf(left)?.reason, shutdownPolicy === 'Retain' ? 'SandboxExpired' : undefined);
  });

test('claims that come at once get a Sandbox each: those that are ready first, and then new ones', async () => {
  const { clients, all, settle, poolOf, claim } = world();
  await poolOf(3);
  await settle();
  const ready = (await all(clients.sandboxes)).map(({ metadata }) => metadata.name);
  assert.equal(ready.length, 3);
  assert.equal((await clients.pools.get({ namespace, name: 'pool' })).status?.readyReplicas, 3);
  await Promise.all(Array.from({ length: 5 }, async (_, at) => await claim(`claim-${at}`)));
  await settle();
  const claims = await all(clients.claims);
  const given = claims.map(({ status }) => status?.sandbox?.name ?? '');
  assert.equal(new Set(given).size, 5, 'no Sandbox was given to two');
  assert.equal(given.filter((name) => ready.includes(name)).length, 3);
  for (const each of claims) {
    assert.ok(isTrue(each.status?.conditions ?? [], 'Ready'));
    const sandbox = await clients.sandboxes.get({ namespace, name: each.status?.sandbox?.name ?? '' });
    assert.ok(isControlledBy(sandbox, each));
    assert.equal(each.metadata.annotations['agents.x-k8s.io/sandbox-name'], sandbox.metadata.name);
  }
  const pool = await clients.pools.get({ namespace, name: 'pool' });
  assert.deepEqual([pool.status?.replicas, pool.status?.readyReplicas], [3, 3], 'the pool is full again');
});

test('a claim with environment variables gets a Sandbox of its own, if the template allows that', async () => {
  const { clients, settle, poolOf, claim } = world();
  await poolOf(1);
  const env = [{ name: 'TASK', value: '1' }];
  await claim('mine', { env });
  await settle();
  const key = { namespace, name: 'mine' };
  assert.match(readyOf(await clients.claims.get(key))?.message ?? '', /allows no environment variables/);
  await clients.templates.modify({ namespace, name: 'python' }, (now) => ({
    ...now,
    spec: { ...now.spec, envVarsInjectionPolicy: 'Allowed' },
  }));
  await settle();
  assert.equal((await clients.claims.get(key)).status?.sandbox?.name, 'mine');
  assert.deepEqual((await clients.vms.get(key)).spec.env, { TASK: '1' });
});

test('a claim that expires gives its Sandbox up', async () => {
  const { clients, all, settle, passTime, poolOf, claim } = world();
  await poolOf(1);
  await settle();
  const shutdownTime = new Date(beginMs + 60_000).toISOString();
  await claim('mine', { lifecycle: { shutdownTime } });
  await settle();
  const { sandbox } = (await clients.claims.get({ namespace, name: 'mine' })).status!;
  passTime(60_000);
  await settle();
  const claimed = await clients.claims.get({ namespace, name: 'mine' });
  assert.equal(readyOf(claimed)?.reason, 'ClaimExpired');
  assert.ok(!(await all(clients.sandboxes)).some(({ metadata }) => metadata.name === sandbox?.name));
});

test('a claim whose name another Sandbox has says so, and is not tried again before that Sandbox goes', async () => {
  const { clients, settle, reconciling, poolOf, claim } = world();
  const key = { namespace, name: 'mine' };
  await poolOf(0);
  await clients.sandboxes.create({ metadata: key, spec: { podTemplate } });
  await claim('mine');
  assert.deepEqual(await reconcileClaim(key, reconciling, signal), {});
  assert.match(readyOf(await clients.claims.get(key))?.message ?? '', /not its own/);
  await clients.sandboxes.delete(key);
  await settle();
  const made = await clients.sandboxes.get(key);
  assert.ok(isControlledBy(made, await clients.claims.get(key)));
});
