import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { ProviderKinds, pluralOf } from './provider-kinds.ts';

const definitions = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};

test('pluralOf: as Cluster API makes plurals', () => {
  for (const [kind, plural] of [
    ['DockerMachine', 'dockermachines'],
    ['Proxmox', 'proxmoxes'],
    ['Bus', 'buses'],
    ['Switch', 'switches'],
    ['Policy', 'policies'],
    ['Endpoints', 'endpoints'],
  ] as const)
    assert.equal(pluralOf(kind), plural);
});

test('ProviderKinds: the version is the newest that the definition says the contract holds in', async () => {
  const client = new StoreObjectClient(new MemoryStore(), [
    { ...definitions, isNamespaced: false, hasStatus: false },
  ]);
  const define = async (name: string, labels: Readonly<Record<string, string>>): Promise<void> =>
    void (await client.create(definitions, {
      ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: definitions.kind },
      metadata: { name, labels },
      spec: {},
    }));
  await define('pots.garden.example', { 'cluster.x-k8s.io/v1beta2': 'v1alpha1_v1' });
  await define('sheds.garden.example', { 'cluster.x-k8s.io/v1beta1': 'v1' });
  const kinds = new ProviderKinds(client, [
    { group: 'own.example', version: 'v3', resource: 'things', kind: 'Thing' },
  ]);
  const find = async (apiGroup: string, kind: string) => {
    const { version, resource } = await kinds.find({ apiGroup, kind });
    return `${resource}/${version}`;
  };
  assert.equal(await find('garden.example', 'Pot'), 'pots/v1');
  assert.equal(await find('own.example', 'Thing'), 'things/v3');
  await assert.rejects(find('garden.example', 'Shed'), /no kind Shed in garden.example with the label/);
  await assert.rejects(find('garden.example', 'Tree'), { code: 'NOT_FOUND' });
});

test('ProviderKinds: a kind is there as long as its definition is, and ours always', async () => {
  const own = {
    group: 'infrastructure.cluster.x-k8s.io',
    version: 'v1beta2',
    resource: 'ignitemachines',
    kind: 'IgniteMachine',
  };
  const served = [{ ...definitions, isNamespaced: false, hasStatus: false }];
  const client = new StoreObjectClient(new MemoryStore(), served);
  const kinds = new ProviderKinds(client, [own]);
  const foreign = { apiGroup: 'infrastructure.example.com', kind: 'FieldMachine' };
  const name = 'fieldmachines.infrastructure.example.com';
  assert.equal(await kinds.isDefined({ apiGroup: own.group, kind: own.kind }), true);
  assert.equal(await kinds.isDefined(foreign), false);
  const labels = { 'cluster.x-k8s.io/v1beta2': 'v1' };
  await client.create(definitions, {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: definitions.kind, metadata: { name, labels } },
  });
  await kinds.find(foreign);
  assert.equal(await kinds.isDefined(foreign), true);
  await client.delete({ ...definitions, name });
  assert.equal(await kinds.isDefined(foreign), false);
  await assert.rejects(kinds.find(foreign), { code: 'NOT_FOUND' });
  const bare = new ProviderKinds(new StoreObjectClient(new MemoryStore(), []), []);
  await assert.rejects(bare.isDefined(foreign), { code: 'NOT_FOUND' });
});
