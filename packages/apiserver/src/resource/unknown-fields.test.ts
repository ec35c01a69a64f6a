import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';
import { fieldText, unknownFields, withoutFields } from './unknown-fields.ts';

const version = {
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  spec: v.strictObject({
    size: v.optional(v.number()),
    labels: v.optional(v.record(v.string(), v.string())),
    plants: v.optional(v.array(v.strictObject({ name: v.string() }))),
    soil: v.optional(v.union([v.literal('sand'), v.strictObject({ peat: v.number() })])),
    anything: v.optional(v.unknown()),
  }),
  fields: { tags: v.strictObject({ old: v.string() }) },
};

const pot = (more: object, metadata: object = {}): KubeObject =>
  ({
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    metadata: { name: 'a', ...metadata },
    ...more,
  }) as KubeObject;

const told = (object: KubeObject): readonly string[] => unknownFields(version, object).map(fieldText);

test('unknownFields finds what no schema describes, in lists and alternatives too', () => {
  const spec = {
    size: 1,
    sise: 2,
    labels: { any: 'x' },
    plants: [{ name: 'fig' }, { name: 'mint', colour: 'green' }],
    soil: { peat: 1, sand: 2 },
    anything: { at: { all: 1 } },
  };
  assert.deepEqual(
    told(pot({ spec, spek: 1, tags: { old: 'x', new: 'y' }, status: { any: 1 } }, { nam: 1 })),
    ['spek', 'metadata.nam', 'spec.sise', 'spec.plants[1].colour', 'spec.soil.sand', 'tags.new'],
  );
  assert.deepEqual(told(pot({ spec: { soil: 'sand' } })), []);
  assert.deepEqual(told(pot({})), []);
});

test('withoutFields removes fields and leaves the value itself as it was', () => {
  const object = pot({ spec: { plants: [{ name: 'fig', colour: 'green' }] } });
  const paths = unknownFields(version, object);
  assert.deepEqual(withoutFields(object, paths).spec, { plants: [{ name: 'fig' }] });
  assert.deepEqual(object.spec, { plants: [{ name: 'fig', colour: 'green' }] });
});
