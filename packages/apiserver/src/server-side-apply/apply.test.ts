import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { applied, fieldsByManager, garden, updated } from './garden.sample.ts';

/** One write: who applies or updates what, and whether by force. */
interface Step {
  readonly apply?: string;
  readonly update?: string;
  readonly spec?: object;
  readonly force?: boolean;
}

const after = (steps: readonly Step[]): KubeObject =>
  steps.reduce<KubeObject | undefined>(
    (live, { apply, update, spec, force = false }) =>
      apply === undefined
        ? updated(live, garden(spec, live && { metadata: live.metadata }), update ?? '')
        : applied(live, garden(spec), apply, { force }),
    undefined,
  )!;

const conflictOf = (steps: readonly Step[]): ObjectError => {
  try {
    after(steps);
  } catch (failure) {
    if (failure instanceof ObjectError && failure.code === 'CONFLICT') return failure;
    throw failure;
  }
  return assert.fail('there was no conflict');
};

const pot = (name: string, more: object = {}) => ({ name, place: 'inside', ...more });

const table: readonly {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly spec: object | undefined;
  readonly managers: Readonly<Record<string, unknown>>;
}[] = [
  {
    title: 'whoever applies fields manages them',
    steps: [{ apply: 'a', spec: { name: 'x', nested: { inner: { a: 1 } } } }],
    spec: { name: 'x', nested: { inner: { a: 1 } } },
    managers: { 'a Apply': { 'f:name': {}, 'f:nested': { 'f:inner': { 'f:a': {} } } } },
  },
  {
    title: 'fields of others stay',
    steps: [
      { apply: 'a', spec: { nested: { inner: { a: 1 } } } },
      { apply: 'b', spec: { nested: { inner: { b: 2 } } } },
    ],
    spec: { nested: { inner: { a: 1, b: 2 } } },
    managers: {
      'a Apply': { 'f:nested': { 'f:inner': { 'f:a': {} } } },
      'b Apply': { 'f:nested': { 'f:inner': { 'f:b': {} } } },
    },
  },
  {
    title: 'the same value is managed by both',
    steps: [
      { apply: 'a', spec: { name: 'x' } },
      { apply: 'b', spec: { name: 'x' } },
    ],
    spec: { name: 'x' },
    managers: { 'a Apply': { 'f:name': {} }, 'b Apply': { 'f:name': {} } },
  },
  {
    title: 'a field that is not applied any more is removed',
    steps: [
      { apply: 'a', spec: { name: 'x', size: 1 } },
      { apply: 'a', spec: { size: 1 } },
    ],
    spec: { size: 1 },
    managers: { 'a Apply': { 'f:size': {} } },
  },
  {
    title: 'a field that is not applied any more stays if another one applies it',
    steps: [
      { apply: 'a', spec: { name: 'x', size: 1 } },
      { apply: 'b', spec: { name: 'x' } },
      { apply: 'a', spec: { size: 1 } },
    ],
    spec: { name: 'x', size: 1 },
    managers: { 'a Apply': { 'f:size': {} }, 'b Apply': { 'f:name': {} } },
  },
  {
    title: 'an object of which no field is left goes, too',
    steps: [
      { apply: 'a', spec: { name: 'x', nested: { inner: { a: 1 } } } },
      { apply: 'a', spec: { name: 'x' } },
    ],
    spec: { name: 'x' },
    managers: { 'a Apply': { 'f:name': {} } },
  },
  {
    title: 'an update takes what it changes',
    steps: [
      { apply: 'a', spec: { name: 'x', size: 1 } },
      { update: 'u', spec: { name: 'y', size: 1 } },
    ],
    spec: { name: 'y', size: 1 },
    managers: { 'a Apply': { 'f:size': {} }, 'u Update': { 'f:name': {} } },
  },
  {
    title: 'an update adds to what the same manager has',
    steps: [
      { update: 'u', spec: { name: 'x' } },
      { update: 'u', spec: { name: 'x', size: 1 } },
    ],
    spec: { name: 'x', size: 1 },
    managers: { 'u Update': { 'f:name': {}, 'f:size': {}, '.': {} } },
  },
  {
    title: 'an update that removes a field takes it from all',
    steps: [
      { apply: 'a', spec: { name: 'x', size: 1 } },
      { update: 'u', spec: { size: 1 } },
    ],
    spec: { size: 1 },
    managers: { 'a Apply': { 'f:size': {} } },
  },
  {
    title: 'force takes fields from others',
    steps: [
      { apply: 'a', spec: { name: 'x', size: 1 } },
      { apply: 'b', spec: { name: 'y' }, force: true },
    ],
    spec: { name: 'y', size: 1 },
    managers: { 'a Apply': { 'f:size': {} }, 'b Apply': { 'f:name': {} } },
  },
  {
    title: 'items of sets have managers, and new ones come behind those that are there',
    steps: [
      { apply: 'a', spec: { tags: ['a', 'b'] } },
      { apply: 'b', spec: { tags: ['b', 'c'] } },
    ],
    spec: { tags: ['a', 'b', 'c'] },
    managers: {
      'a Apply': { 'f:tags': { 'v:"a"': {}, 'v:"b"': {} } },
      'b Apply': { 'f:tags': { 'v:"b"': {}, 'v:"c"': {} } },
    },
  },
  {
    title: 'an item of a set goes with its last manager',
    steps: [
      { apply: 'a', spec: { tags: ['a', 'b'] } },
      { apply: 'b', spec: { tags: ['b'] } },
      { apply: 'a', spec: {} },
    ],
    spec: { tags: ['b'] },
    managers: { 'a Apply': {}, 'b Apply': { 'f:tags': { 'v:"b"': {} } } },
  },
  {
    title: 'items with keys are merged field by field',
    steps: [
      { apply: 'a', spec: { pots: [pot('x', { water: 1 }), pot('y')] } },
      { apply: 'b', spec: { pots: [{ name: 'x', clay: 'red' }] } },
    ],
    spec: { pots: [pot('x', { water: 1, clay: 'red' }), pot('y')] },
    managers: {
      'a Apply': {
        'f:pots': {
          'k:{"name":"x","place":"inside"}': { '.': {}, 'f:name': {}, 'f:place': {}, 'f:water': {} },
          'k:{"name":"y","place":"inside"}': { '.': {}, 'f:name': {}, 'f:place': {} },
        },
      },
      'b Apply': {
        'f:pots': { 'k:{"name":"x","place":"inside"}': { '.': {}, 'f:clay': {}, 'f:name': {} } },
      },
    },
  },
  {
    title: 'an item with keys that is not applied any more keeps what others have of it',
    steps: [
      { apply: 'a', spec: { pots: [pot('x', { water: 1 }), pot('y')] } },
      { apply: 'b', spec: { pots: [{ name: 'x', clay: 'red' }] } },
      { apply: 'a', spec: { pots: [pot('z')] } },
    ],
    spec: { pots: [{ name: 'x', clay: 'red' }, pot('z')] },
    managers: {
      'a Apply': {
        'f:pots': { 'k:{"name":"z","place":"inside"}': { '.': {}, 'f:name': {}, 'f:place': {} } },
      },
      'b Apply': {
        'f:pots': { 'k:{"name":"x","place":"inside"}': { '.': {}, 'f:clay': {}, 'f:name': {} } },
      },
    },
  },
  {
    title: 'items come in the order in which they are applied',
    steps: [
      { apply: 'a', spec: { tags: ['a', 'b', 'c'] } },
      { update: 'u', spec: { tags: ['u', 'a', 'b', 'c'] } },
      { apply: 'a', spec: { tags: ['c', 'a', 'b'] } },
    ],
    spec: { tags: ['u', 'c', 'a', 'b'] },
    managers: {
      'a Apply': { 'f:tags': { 'v:"a"': {}, 'v:"b"': {}, 'v:"c"': {} } },
      'u Update': { 'f:tags': { 'v:"u"': {} } },
    },
  },
  {
    title: 'lists and maps that are atomic are replaced as a whole',
    steps: [
      { apply: 'a', spec: { plain: ['a', 'b'], whole: { a: '1', b: '2' } } },
      { apply: 'a', spec: { plain: ['c'], whole: { c: '3' } } },
    ],
    spec: { plain: ['c'], whole: { c: '3' } },
    managers: { 'a Apply': { 'f:plain': {}, 'f:whole': {} } },
  },
  {
    title: 'entries of maps have managers',
    steps: [
      { apply: 'a', spec: { labels: { a: '1' } } },
      { apply: 'b', spec: { labels: { b: '2' } } },
      { apply: 'a', spec: { labels: {} } },
    ],
    spec: { labels: { b: '2' } },
    managers: { 'a Apply': { 'f:labels': {} }, 'b Apply': { 'f:labels': { 'f:b': {} } } },
  },
  {
    title: 'what the schema leaves open is divided by what it is: maps by entry, lists as a whole',
    steps: [
      { apply: 'a', spec: { anything: { map: { a: 1 }, list: [{ name: 'x' }] } } },
      { apply: 'b', spec: { anything: { map: { b: 2 } } } },
    ],
    spec: { anything: { map: { a: 1, b: 2 }, list: [{ name: 'x' }] } },
    managers: {
      'a Apply': { 'f:anything': { 'f:list': {}, 'f:map': { '.': {}, 'f:a': {} } } },
      'b Apply': { 'f:anything': { 'f:map': { '.': {}, 'f:b': {} } } },
    },
  },
  {
    title: 'an updated field that is applied with the same value is shared, and stays when it is not applied',
    steps: [
      { update: 'u', spec: { name: 'x', size: 1 } },
      { apply: 'a', spec: { name: 'x', size: 1 } },
      { apply: 'a', spec: { size: 1 } },
    ],
    spec: { name: 'x', size: 1 },
    managers: { 'a Apply': { 'f:size': {} }, 'u Update': { '.': {}, 'f:name': {}, 'f:size': {} } },
  },
];

for (const { title, steps, spec, managers } of table)
  test(`apply: ${title}`, () => {
    const result = after(steps);
    assert.deepEqual(result.spec, spec);
    assert.deepEqual(fieldsByManager(result), managers);
  });

test('apply: a field that another one manages is a conflict, as Kubernetes tells it', () => {
  const one = conflictOf([
    { apply: 'a', spec: { name: 'x' } },
    { apply: 'b', spec: { name: 'y' } },
  ]);
  assert.equal(one.message, 'Apply failed with 1 conflict: conflict with "a": .spec.name');
  assert.deepEqual(one.causes, [
    { field: '.spec.name', reason: 'FieldManagerConflict', message: 'conflict with "a"' },
  ]);
  const several = conflictOf([
    { apply: 'a', spec: { name: 'x', pots: [pot('p', { water: 1 })] } },
    { update: 'u', spec: { name: 'x', plain: ['a'], pots: [pot('p', { water: 1 })] } },
    { apply: 'b', spec: { name: 'y', plain: ['b'], pots: [pot('p', { water: 2 })] } },
  ]);
  assert.equal(
    several.message,
    [
      'Apply failed with 3 conflicts: conflicts with "a":',
      '- .spec.name',
      '- .spec.pots[name="p",place="inside"].water',
      'conflicts with "u" using garden.example/v1:',
      '- .spec.plain',
    ].join('\n'),
  );
});

test('apply: what was written before anybody applied has a manager, too', () => {
  const conflict = (): unknown => applied(garden({ name: 'x' }), garden({ name: 'y' }), 'a');
  assert.throws(conflict, {
    message:
      'Apply failed with 1 conflict: conflict with "before-first-apply" using garden.example/v1: .spec.name',
  });
});

test('apply: applying the same again keeps the time, and another value renews it', () => {
  const first = applied(undefined, garden({ name: 'x' }), 'a');
  const later = { time: '2026-02-02T00:00:00Z' };
  const timeOf = ({ metadata }: KubeObject): unknown =>
    (metadata['managedFields'] as readonly { readonly time: string }[])[0]?.time;
  assert.deepEqual(applied(first, garden({ name: 'x' }), 'a', later), first);
  assert.equal(timeOf(applied(first, garden({ name: 'y' }), 'a', later)), later.time);
});

test('apply: labels, owners and finalizers are managed, and what the server sets is not', () => {
  const metadata = {
    name: 'home',
    namespace: 'default',
    labels: { a: 'b' },
    finalizers: ['f.example/x'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a', uid: 'u' }],
  };
  const result = applied(undefined, garden(undefined, { metadata }), 'a');
  assert.deepEqual(fieldsByManager(result), {
    'a Apply': {
      'f:metadata': {
        'f:finalizers': { 'v:"f.example/x"': {} },
        'f:labels': { 'f:a': {} },
        'f:ownerReferences': { 'k:{"uid":"u"}': {} },
      },
    },
  });
  const next = applied(result, garden(undefined), 'a');
  assert.deepEqual(next.metadata, { name: 'home', namespace: 'default' });
});

test('apply: the managers of the status are others than those of the object', () => {
  const first = applied(undefined, garden({ name: 'x' }), 'a');
  const status = { status: { phase: 'Full' } };
  const second = applied(first, garden(undefined, status), 'a', { subresource: 'status' });
  assert.deepEqual([second.spec, second.status], [{ name: 'x' }, { phase: 'Full' }]);
  const entries = second.metadata['managedFields'] as readonly Readonly<Record<string, unknown>>[];
  assert.deepEqual(
    entries.map(({ subresource, fieldsV1 }) => [subresource, fieldsV1]),
    [
      [undefined, { 'f:spec': { 'f:name': {} } }],
      ['status', { 'f:status': { 'f:phase': {} } }],
    ],
  );
});

test('apply: fields that were applied in another version are removed by their names in that version', () => {
  const first = applied(undefined, garden({ name: 'x', size: 1 }), 'a');
  const inV2 = { ...first, apiVersion: 'garden.example/v2', spec: { name: 'x', litres: 1 } };
  const wanted = { ...garden({ name: 'x' }), apiVersion: 'garden.example/v2' };
  const next = applied(inV2, wanted, 'a');
  assert.deepEqual(next.spec, { name: 'x' });
  const conflict = (): unknown => applied(inV2, { ...wanted, spec: { litres: 2 } }, 'b');
  assert.throws(conflict, { message: 'Apply failed with 1 conflict: conflict with "a": .spec.size' });
});

test('apply: managers of versions that are gone are forgotten', () => {
  const first = applied(undefined, { ...garden({ name: 'x' }), apiVersion: 'garden.example/v0' }, 'old');
  const live = { ...first, apiVersion: 'garden.example/v1' };
  assert.deepEqual(Object.keys(fieldsByManager(applied(live, garden({ name: 'y' }), 'a'))), ['a Apply']);
});

test('apply: what cannot be applied is refused', () => {
  const refused = (object: KubeObject, live?: KubeObject): void =>
    assert.throws(() => applied(live, object, 'a'), { code: 'BAD_REQUEST' });
  refused(garden({ tags: ['a', 'a'] }));
  refused(garden({}, { metadata: { name: 'home', managedFields: [] } }));
  refused({ ...garden({}), apiVersion: 'garden.example/v2' }, garden({}));
});
