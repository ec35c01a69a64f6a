import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { annotationsOfNew, withDecided } from './merge-fields.ts';

const content = (spec: object) => ({ labels: {}, annotations: {}, spec });
const made = (spec: object): KubeObject => {
  const { metadata, ...object } = sampleMachine({ name: 'a' });
  return { ...object, metadata: { ...metadata, annotations: annotationsOfNew(content(spec)) }, spec };
};
const withSpec = (object: KubeObject, spec: object): KubeObject => ({ ...object, spec });

describe('withDecided', () => {
  const cases: readonly (readonly [string, was: object, by: object, wanted: object, becomes: object])[] = [
    ['a field of others stays', { a: 1 }, { a: 1, b: 2 }, { a: 3 }, { a: 3, b: 2 }],
    ['a field that is decided on no more goes', { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }, { a: 1 }],
    [
      'nested ones too',
      { a: { b: 1, c: 2 } },
      { a: { b: 1, c: 2, d: 3 } },
      { a: { b: 1 } },
      { a: { b: 1, d: 3 } },
    ],
    ['and a whole that is empty then', { a: { b: 1 }, c: 1 }, { a: { b: 1 }, c: 1 }, { c: 1 }, { c: 1 }],
    ['but not what others have put into it', { a: { b: 1 } }, { a: { b: 1, d: 3 } }, {}, { a: { d: 3 } }],
    ['what others have changed is set back', { a: 1 }, { a: 9 }, { a: 1 }, { a: 1 }],
    ['lists are one value', { a: [1, 2] }, { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
    ['an undefined field is none', { a: 1 }, { a: 1 }, { a: 1, b: undefined }, { a: 1 }],
  ];
  for (const [name, was, by, wanted, becomes] of cases)
    test(name, () => {
      assert.deepEqual(withDecided(withSpec(made(was), by), content(wanted)).spec, becomes);
    });

  test('an object that is as it is wanted stays the same', () => {
    const object = withSpec(made({ a: { b: [1] } }), { a: { b: [1], c: 2 } });
    assert.equal(withDecided(object, content({ a: { b: [1] } })), object);
  });

  test('labels and annotations are merged alike, and a note that is damaged takes nothing away', () => {
    const object = made({});
    const labelled = withDecided(object, { labels: { x: '1' }, annotations: { y: '2' }, spec: {} });
    assert.equal(labelled.metadata.labels['x'], '1');
    const without = withDecided(labelled, content({}));
    assert.equal(without.metadata.labels['x'], undefined);
    assert.equal(without.metadata.annotations['y'], undefined);
    for (const note of ['{', 'null', '1', '[]', '{"labels":null}']) {
      const annotations = { ...labelled.metadata.annotations, 'ignite.weave.works/topology-fields': note };
      const damaged = { ...labelled, metadata: { ...labelled.metadata, annotations } };
      assert.equal(withDecided(damaged, content({})).metadata.labels['x'], '1', note);
    }
  });
});
