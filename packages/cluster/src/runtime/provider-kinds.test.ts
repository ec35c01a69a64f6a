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
