import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { defineKind } from '../../scheme/kind.ts';
import { MemoryStore } from '../../store/memory.ts';
import { ObjectError } from '../object-error.ts';
import { servedKindOf } from './served-kind-of.ts';
import { StoreObjectClient } from './store-object-client.ts';

const plants = v.array(v.strictObject({ name: v.string() }));
const pots = servedKindOf(
  defineKind({
    group: 'garden.example',
    kind: 'Pot',
    plural: 'pots',
    scope: 'Namespaced',
    subresources: ['status'],
    versions: [
      {
        apiVersion: 'garden.example/v1',
        kind: 'Pot',
        spec: v.strictObject({
          clay: v.string(),
          litres: v.optional(v.number(), 5),
          plants: v.optional(plants),
        }),
      },
    ],
    strategy: {
      prepare: (pot) => ({ ...pot, prepared: true }),
      initialStatus: { phase: 'Empty' },
      immutable: ['/spec/clay'],
    },
  }),
);
const pot = (spec: unknown) => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: { namespace: 'home', name: 'mint' },
  spec,
  status: { phase: 'Full' },
});

const refusal = async (refused: Promise<unknown>): Promise<readonly (readonly string[])[]> => {
  const failure = await refused.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  );
  assert.ok(failure instanceof ObjectError && failure.code === 'INVALID', String(failure));
  return failure.causes.map(({ field, reason }) => [field, reason]);
};

test('servedKindOf: a new object is prepared, and has the defaults and the first status of its kind', async () => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [pots]);
  const made = await client.create(pots, pot({ clay: 'red' }));
  assert.deepEqual(made.spec, { clay: 'red', litres: 5 });
  assert.deepEqual([made.status, made['prepared']], [{ phase: 'Empty' }, true]);
  const watered = await client.updateStatus(pots, { ...made, status: { phase: 'Full' } });
  const changed = await client.update(pots, { ...watered, spec: { clay: 'red', litres: 7 }, status: {} });
  assert.deepEqual([changed.spec, changed.status], [{ clay: 'red', litres: 7 }, { phase: 'Full' }]);
});

test('servedKindOf: all that is wrong with an object or a change is told, with the paths of the fields', async () => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [pots]);
  assert.deepEqual(await refusal(client.create(pots, pot({ litres: '5', plants: [{ name: 1 }] }))), [
    ['spec.clay', 'FieldValueRequired'],
    ['spec.litres', 'FieldValueInvalid'],
    ['spec.plants[0].name', 'FieldValueInvalid'],
  ]);
  const made = await client.create(pots, pot({ clay: 'red' }));
  assert.deepEqual(await refusal(client.update(pots, { ...made, spec: { clay: 'grey', litres: '5' } })), [
    ['spec.litres', 'FieldValueInvalid'],
    ['spec.clay', 'FieldValueInvalid'],
  ]);
});
