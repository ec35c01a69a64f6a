import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kinds } from '@ignite/api/kinds';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { builtInResourceOf } from '../../resource/served-resource-of.ts';
import { clusterRole, clusterRoleBinding, may, named, rulesOf, user } from '../access.sample.ts';
import { CheckedClient } from './checked-client.ts';

const access = rulesOf({
  clusterRoles: [
    clusterRole('reader', [may('get', '', 'pods')]),
    clusterRole('creator', [may('create', '*', 'roles,vms,machines,gitsources')]),
  ],
  clusterRoleBindings: [
    clusterRoleBinding('reader', user('ada')),
    clusterRoleBinding('creator', user('ada')),
  ],
});
const roles = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles' } as const;
const vms = { group: 'ignite.weave.works', version: 'v1', resource: 'vms' } as const;
const at = { namespace: 'home', name: 'mine' } as const;
const role = (...verbs: readonly string[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: at,
  rules: [{ verbs, apiGroups: [''], resources: ['pods'] }],
});

function open() {
  const store = new MemoryStore();
  const served = [...kinds, ...coreKinds, ...accessKinds].map(servedKindOf);
  const others = served.filter(({ kind }) => kind === 'VM').map((vm) => ({ ...vm, resource: 'machines' }));
  const client = new StoreObjectClient(store, [...served, ...others]);
  const resources = coreKinds.map(builtInResourceOf);
  const checked = new CheckedClient({
    ...{ client, user: named('ada') },
    rules: async () => access,
    served: () => resources,
  });
  return { client, checked, [Symbol.dispose]: () => store[Symbol.dispose]() };
}

describe('CheckedClient', () => {
  test('no way of writing gives rights that the writer has not', async () => {
    using here = open();
    const { client, checked } = here;
    await assert.rejects(checked.create(roles, role('get', 'delete')), { code: 'FORBIDDEN' });
    await assert.rejects(client.get({ ...roles, ...at }), { code: 'NOT_FOUND' });
    const made = await checked.create(roles, role('get'));
    await assert.rejects(checked.update(roles, { ...made, rules: role('delete').rules }), {
      code: 'FORBIDDEN',
    });
    const { rules } = role('delete');
    for (const patch of [
      { type: 'merge', changes: { rules } },
      { type: 'json', operations: [{ op: 'replace', path: '/rules', value: rules }] },
    ] as const)
      await assert.rejects(checked.patch({ ...roles, ...at }, patch), { code: 'FORBIDDEN' });
    assert.deepEqual(await client.get({ ...roles, ...at }), made);
    const labels = { type: 'merge', changes: { metadata: { labels: { a: 'b' } } } } as const;
    const patched = await checked.patch({ ...roles, ...at }, labels);
    assert.deepEqual(patched.metadata.labels, { a: 'b' });
    assert.deepEqual(await client.get({ ...roles, ...at }), patched);
  });

  test('no way of writing a VM uses what is of the host', async () => {
    using here = open();
    const { checked } = here;
    const { apiVersion, kind } = sampleVm();
    const vm = (spec: object) => ({
      apiVersion,
      kind,
      metadata: { namespace: 'default', name: 'web' },
      spec: { image: { oci: 'debian:12' }, ...spec },
    });
    const copying = { copyFiles: [{ hostPath: '/etc/shadow', vmPath: '/x' }] };
    // VMs are those with the group and the kind of VMs, whatever path leads to them.
    for (const resource of ['vms', 'machines'])
      await assert.rejects(checked.create({ ...vms, resource }, vm(copying)), {
        code: 'FORBIDDEN',
        message: /^VM "web" is forbidden/,
      });
    const made = await checked.create(vms, vm({}));
    const changed = { ...made, spec: { ...(made.spec as object), ...copying } };
    await assert.rejects(checked.update(vms, changed), { code: 'FORBIDDEN' });
    const key = { ...vms, namespace: 'default', name: 'web' };
    await assert.rejects(checked.patch(key, { type: 'merge', changes: { spec: copying } }), {
      code: 'FORBIDDEN',
    });
  });

  test('no way of writing what gives every right is open to whoever has not every right', async () => {
    using here = open();
    const { client, checked } = here;
    const sources = { group: 'gitops.weave.works', version: 'v1', resource: 'gitsources' };
    const source = {
      apiVersion: 'gitops.weave.works/v1',
      kind: 'GitSource',
      metadata: { namespace: 'home', name: 'mine' },
      spec: { url: 'https://git.example/site' },
    };
    const made = await client.create(sources, source);
    const key = { ...sources, ...at };
    const changes = { type: 'merge', changes: {} } as const;
    for (const write of [
      async () => await checked.create(sources, { ...source, metadata: { ...at, name: 'other' } }),
      async () => await checked.update(sources, made),
      async () => await checked.updateStatus(sources, made),
      async () => await checked.patch(key, changes),
      async () => await checked.patch(key, changes, { subresource: 'status' }),
    ])
      await assert.rejects(write, {
        code: 'FORBIDDEN',
        message:
          /^gitsources\.gitops\.weave\.works(\/status)? is forbidden: user "ada" may not do everything/,
      });
    await checked.delete(key);
  });

  test('nothing is created by whoever may not create, whatever made him do so', async () => {
    using here = open();
    const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: at };
    await assert.rejects(here.checked.create(configMaps, configMap), {
      code: 'FORBIDDEN',
      message:
        'configmaps "mine" is forbidden: User "ada" cannot create resource "configmaps" in API group "" in the namespace "home"',
    });
  });

  test('a kind whose objects give nothing is written at once, and others are tried before', async () => {
    using here = open();
    const { client } = here;
    const tried: (boolean | undefined)[] = [];
    const witness = new (class extends ForwardingClient {
      override async create(...[resource, object, options]: Parameters<ObjectClient['create']>) {
        tried.push(options?.dryRun);
        return await super.create(resource, object, options);
      }
    })(() => client);
    const rules = rulesOf({
      clusterRoles: [clusterRole('writer', [may('*', '*', '*')])],
      clusterRoleBindings: [clusterRoleBinding('writer', user('ada'))],
    });
    const checked = new CheckedClient({
      ...{ client: witness, user: named('ada') },
      rules: async () => rules,
      served: () => [],
    });
    const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
    await checked.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: at });
    await checked.create(roles, role('get'));
    assert.deepEqual(tried, [undefined, true, undefined]);
  });

  test('a dry run is checked as well, and writes nothing', async () => {
    using here = open();
    const { client, checked } = here;
    await assert.rejects(checked.create(roles, role('delete'), { dryRun: true }), { code: 'FORBIDDEN' });
    await checked.create(roles, role('get'), { dryRun: true });
    await assert.rejects(client.get({ ...roles, ...at }), { code: 'NOT_FOUND' });
  });
});
