import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { servedDefinitionKind } from './definition/definition-kind.ts';
import { potDefinition, potVersion } from './pot.sample.ts';
import { customColumns } from './printer-columns.ts';
import { scaleOf, scalingAt } from '../resource/scale.ts';
import { storedResources } from '../resource/served-resource.ts';
import { servedKindsOf } from './served-kinds-of.ts';
import { servedResourcesOf } from './served-resources-of.ts';

const nothing = new StoreObjectClient(new MemoryStore(), []);
const [pots] = servedKindsOf(potDefinition(), nothing);
const openSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
const pot = (spec: unknown, more: object = {}) => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: { namespace: 'home', name: 'mint' },
  spec,
  ...more,
});

test('servedKindsOf: objects of a defined kind are pruned, completed and checked, and have a status', async () => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [pots!]);
  const made = await client.create(
    pots!,
    pot({ clay: 'red', colour: 'blue' }, { status: { phase: 'Full' } }),
  );
  assert.deepEqual([made.spec, made.status], [{ clay: 'red', litres: 5 }, undefined]);
  const filled = await client.updateStatus(pots!, { ...made, status: { phase: 'Full', odd: 1 } });
  assert.deepEqual(filled.status, { phase: 'Full' });
  const plants = [{ name: 'a' }, { name: 'a' }];
  const refused = await client
    .create(pots!, pot({ clay: 'blue', plants }))
    .catch((failure: unknown) => failure);
  assert.ok(refused instanceof ObjectError);
  assert.deepEqual(refused.causes, [
    {
      field: 'spec.clay',
      reason: 'FieldValueNotSupported',
      message: 'Unsupported value: "blue": supported values: "red", "white"',
    },
    { field: 'spec.plants[1]', reason: 'FieldValueDuplicate', message: 'Duplicate value: {"name":"a"}' },
  ]);
});

test('servedKindsOf: objects that were written before a default was defined have it', async () => {
  using store = new MemoryStore();
  const [before] = servedKindsOf(
    potDefinition({ versions: [{ ...potVersion, schema: { openAPIV3Schema: openSchema } }] }),
    nothing,
  );
  await new StoreObjectClient(store, [before!]).create(before!, pot({ clay: 'red' }));
  const [now] = servedKindsOf(potDefinition(), nothing);
  const client = new StoreObjectClient(store, [now!]);
  const key = { ...now!, namespace: 'home', name: 'mint' };
  assert.deepEqual((await client.get(key)).spec, { clay: 'red', litres: 5 });
  assert.deepEqual(
    (await client.list(now!)).items.map(({ spec }) => spec),
    [{ clay: 'red', litres: 5 }],
  );
});

test('servedKindsOf: an object that is read again is the same one', async () => {
  const client = new StoreObjectClient(new MemoryStore(), [pots!]);
  await client.create(pots!, pot({ clay: 'red' }));
  const key = { ...pots!, namespace: 'home', name: 'mint' };
  assert.equal(await client.get(key), await client.get(key));
});

test('servedKindsOf: each served version is a kind', () => {
  const versions = [
    potVersion,
    { ...potVersion, name: 'v2', storage: false },
    { ...potVersion, name: 'v3', served: false },
  ];
  const kinds = servedKindsOf(potDefinition({ versions }), nothing);
  assert.deepEqual(
    kinds.map(({ version, hasStatus, selectableFields }) => [version, hasStatus, selectableFields]),
    [
      ['v1', true, ['spec.clay']],
      ['v2', true, ['spec.clay']],
    ],
  );
});

test('servedDefinitionKind: a definition is completed as it is stored, and its kind remembers stored versions', async () => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [servedDefinitionKind]);
  const { apiVersion, kind, spec } = potDefinition({ names: { plural: 'pots', kind: 'Pot' } });
  const made = await client.create(servedDefinitionKind, {
    apiVersion,
    kind,
    metadata: { name: 'pots.garden.example' },
    spec,
  });
  const { names, conversion } = made.spec as typeof spec;
  assert.deepEqual(names, { plural: 'pots', kind: 'Pot', singular: 'pot', listKind: 'PotList' });
  assert.deepEqual([conversion, made.status], [{ strategy: 'None' }, { storedVersions: ['v1'] }]);
  const versions = [
    { ...potVersion, storage: false },
    { ...potVersion, name: 'v2' },
  ];
  const changed = await client.update(servedDefinitionKind, { ...made, spec: { ...spec, versions } });
  assert.deepEqual(changed.status, { storedVersions: ['v1', 'v2'] });
});

test('customColumns: cells have the types of their columns', () => {
  const object = { ...potDefinition(), ...pot({ clay: 'red', litres: 5.5, list: [1] }) } as never;
  const nowMs = Date.parse('2026-01-01T00:05:00Z');
  const created = { metadata: { creationTimestamp: '2026-01-01T00:00:00Z' } };
  const cells = (additionalPrinterColumns: typeof potVersion.additionalPrinterColumns): readonly unknown[] =>
    customColumns(additionalPrinterColumns ? { additionalPrinterColumns } : {}).map(({ cell }) =>
      cell({ ...(object as object), ...created } as never, nowMs),
    );
  assert.deepEqual(cells(potVersion.additionalPrinterColumns), ['red', 5, '5m']);
  assert.deepEqual([cells(undefined), cells([])], [['5m'], ['5m']]);
  const column = (type: string, jsonPath: string) => ({ name: 'x', type, jsonPath });
  assert.deepEqual(
    cells([
      column('string', '.spec.list'),
      column('integer', '.spec.clay'),
      column('boolean', '.spec.clay'),
      column('date', '.spec.clay'),
      column('string', '.spec.absent'),
    ]),
    ['[1]', null, null, '<invalid>', null],
  );
});

test('scaleOf: the scale of an object is at the paths of its definition', () => {
  const { scale } = potVersion.subresources!;
  const object = {
    ...potDefinition(),
    ...pot({ clay: 'red', replicas: 2 }, { status: { replicas: 1, selector: 'a=b' } }),
    metadata: potDefinition().metadata,
  };
  const scaling = scalingAt(scale!);
  const { kind, spec, status } = scaleOf(object, scaling);
  assert.deepEqual([kind, spec, status], ['Scale', { replicas: 2 }, { replicas: 1, selector: 'a=b' }]);
  assert.deepEqual(scaling.withReplicas(object, 3).spec, { clay: 'red', replicas: 3 });
});

test('storedResources: a kind is looked through once, in the version that is stored', () => {
  const version = (name: string, storage: boolean) => ({ ...potVersion, name, storage });
  const served = servedResourcesOf(potDefinition({ versions: [version('v1', false), version('v2', true)] }));
  assert.deepEqual(
    storedResources(served).map(({ version: name }) => name),
    ['v2'],
  );
});
