import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StructuralSchema } from './structural-schema.ts';
import { fieldText } from '../resource/unknown-fields.ts';
import { pruned, unknownFields } from './unknown-fields.ts';

const unknownIn = (object: object): readonly string[] =>
  unknownFields(object, schema).map(fieldText).toSorted();

const text: StructuralSchema = { type: 'string' };
const open: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true };
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        name: text,
        ports: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer' } } } },
        labels: { type: 'object', additionalProperties: text },
        pots: { type: 'object', additionalProperties: { type: 'object', properties: { clay: text } } },
        loose: { type: 'object', additionalProperties: true },
        open: { ...open, properties: { closed: { type: 'object', properties: { a: text } } } },
        openList: { ...open, type: 'array', items: { type: 'object' } },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: open } },
      },
    },
  },
};

const cases: readonly {
  readonly title: string;
  readonly spec: object;
  readonly kept?: object;
  readonly unknown: readonly string[];
}[] = [
  { title: 'known fields stay', spec: { name: 'a', ports: [{ port: 1 }] }, unknown: [] },
  {
    title: 'unknown fields go, those within lists and maps too',
    spec: { nmae: 'a', ports: [{ port: 1 }, { prot: 2 }], pots: { a: { clay: 'red', size: 1 } } },
    kept: { ports: [{ port: 1 }, {}], pots: { a: { clay: 'red' } } },
    unknown: ['spec.nmae', 'spec.ports[1].prot', 'spec.pots.a.size'],
  },
  { title: 'a map has any names', spec: { labels: { any: 'b' } }, unknown: [] },
  {
    title: 'objects in a map of anything are emptied',
    spec: { loose: { a: 1, b: { c: 1 } } },
    kept: { loose: { a: 1, b: {} } },
    unknown: ['spec.loose.b.c'],
  },
  {
    title: 'unknown fields are preserved, but not within what is known',
    spec: { open: { x: { y: 1 }, closed: { a: 'b', c: 1 } }, openList: [{ z: 1 }] },
    kept: { open: { x: { y: 1 }, closed: { a: 'b' } }, openList: [{ z: 1 }] },
    unknown: ['spec.open.closed.c'],
  },
  {
    title: 'an object within the object has metadata',
    spec: { template: { apiVersion: 'v1', kind: 'X', metadata: { labels: { a: 'b' }, odd: 1 }, other: 2 } },
    kept: { template: { apiVersion: 'v1', kind: 'X', metadata: { labels: { a: 'b' } } } },
    unknown: ['spec.template.metadata.odd', 'spec.template.other'],
  },
  {
    title: 'fields that every JavaScript object inherits are unknown',
    spec: JSON.parse('{"constructor": 1, "toString": 2, "__proto__": {"a": 1}}') as object,
    kept: {},
    unknown: ['spec.__proto__', 'spec.constructor', 'spec.toString'],
  },
];

for (const { title, spec, kept = spec, unknown } of cases)
  test(`pruned, unknownFields: ${title}`, () => {
    const object = { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'a' }, spec };
    assert.deepEqual(pruned(object, schema), { ...object, spec: kept });
    assert.deepEqual(unknownIn(object), unknown);
  });

test('unknownFields: fields beside those of every object, and unknown metadata, are told', () => {
  const object = { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'a', lables: {} }, sepc: {} };
  assert.deepEqual(unknownIn(object), ['metadata.lables', 'sepc']);
});
