import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '../errors/coded-error.ts';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import * as v from 'valibot';
import { decodeManifests } from './decode-manifests.ts';

const pots = new Scheme([
  sampleKind({
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    spec: v.strictObject({
      plant: v.string(),
      litres: v.optional(v.pipe(v.number(), v.minValue(1, 'must be at least 1')), 5),
      soil: v.optional(v.strictObject({ sand: v.optional(v.boolean(), false) }), {}),
      herbs: v.optional(v.array(v.strictObject({ name: v.string() })), []),
    }),
  }),
]);

const head = 'apiVersion: garden.example/v1\nkind: Pot\nmetadata:\n  name: a\n';
const decode = (text: string) => decodeManifests(text, 'pot.yaml', pots);

test('decodeManifests: defaults are filled in, and documents of several kinds of text are read', () => {
  const [yaml, json, ...more] = decode(
    `${head}spec:\n  plant: mint\n---\n# nothing here\n---\n${JSON.stringify({
      apiVersion: 'garden.example/v1',
      kind: 'Pot',
      metadata: { name: 'b', labels: { sun: 'yes' }, uid: 'x' },
      spec: { plant: 'fig', litres: 40 },
      status: { wet: true },
    })}\n`,
  );
  assert.equal(more.length, 0);
  assert.deepEqual(yaml?.spec, { plant: 'mint', litres: 5, soil: { sand: false }, herbs: [] });
  assert.deepEqual(json?.metadata, {
    name: 'b',
    namespace: 'default',
    labels: { sun: 'yes' },
    annotations: {},
  });
});

test('decodeManifests: an object that names no namespace is of the one that was asked for', () => {
  const text = `${head}spec: {plant: fig}\n---\n${head}  namespace: default\nspec: {plant: fig}\n`;
  const namespacesOf = (options: { readonly namespace?: string }) =>
    decodeManifests(text, 'pot.yaml', pots, options).map(({ metadata }) => metadata.namespace);
  assert.deepEqual(namespacesOf({}), ['default', 'default']);
  assert.deepEqual(namespacesOf({ namespace: 'prod' }), ['prod', 'default']);
});

test('decodeManifests: an object as a store shows it is a manifest', () => {
  const store = {
    uid: 'x',
    resourceVersion: '25',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers: ['garden.example/host'],
    ownerReferences: [{ kind: 'Pot', name: 'b', uid: 'y' }],
    deletionTimestamp: '2026-01-01T00:00:00Z',
  };
  const metadata = { name: 'a', namespace: 'default', labels: {}, annotations: {} };
  const shown = { apiVersion: 'garden.example/v1', kind: 'Pot', metadata: { ...metadata, ...store } };
  const [read] = decode(JSON.stringify({ ...shown, spec: { plant: 'fig' }, status: { wet: true } }));
  assert.deepEqual(read?.metadata, metadata);
});

const refused: readonly (readonly [string, string, RegExp])[] = [
  [
    'an unknown field',
    `${head}spec:\n  plant: mint\n  liters: 3\n`,
    /^pot.yaml:7:3: spec: unknown field "liters"$/,
  ],
  [
    'a field in the wrong place',
    `${head}spec: {plant: mint, soil: {sandy: true}}\n`,
    /^pot.yaml:5:28: spec.soil: unknown field "sandy"$/,
  ],
  [
    'a duplicate field',
    `${head}spec:\n  plant: mint\n  plant: fig\n`,
    /^pot.yaml:7:3: a field is set twice$/,
  ],
  [
    'a value out of bounds',
    `${head}spec:\n  plant: mint\n  litres: 0\n`,
    /^pot.yaml:7:3: spec.litres: must be at least 1$/,
  ],
  ['a missing field', `${head}spec:\n  litres: 2\n`, /^pot.yaml:5:1: spec.plant: field "plant" is required$/],
  [
    'a wrong item of a list',
    `${head}spec:\n  plant: mint\n  herbs:\n    - name: x\n    - name: 3\n`,
    /^pot.yaml:9:7: spec.herbs.1.name: /,
  ],
  [
    'an unknown kind',
    `${head.replace('Pot', 'Pan')}spec: {}\n`,
    /^pot.yaml:2:1: unknown kind "Pan" in "garden.example\/v1"$/,
  ],
  [
    'a name that is no DNS label',
    `${head.replace('name: a', 'name: A_b')}spec: {}\n`,
    /^pot.yaml:4:3: metadata.name: must be lower-case/,
  ],
  ['a scalar', 'hello\n', /^pot.yaml:1:1: /],
  ['broken YAML', `${head}spec: [1, 2\n`, /^pot.yaml:\d+:\d+: /],
  ['too many aliases', bomb(), /^pot.yaml:1:1: it has too many aliases$/],
];

for (const [name, text, wanted] of refused) {
  test(`decodeManifests: ${name} is refused with its place`, () => {
    assert.throws(
      () => decode(text),
      (failure) =>
        failure instanceof CodedError &&
        failure.code === 'MANIFEST_INVALID' &&
        wanted.test(failure.message) &&
        failure.hint !== '',
    );
  });
}

test('decodeManifests: the nearest field is suggested', () => {
  assert.throws(() => decode(`${head}spec:\n  plnt: mint\n`), { hint: 'did you mean "plant"?' });
  assert.throws(() => decode(`${head}spec:\n  plant: mint\n  soil:\n    snad: true\n`), {
    hint: 'did you mean "sand"?',
  });
});

test('decodeManifests: who writes a text where fields belong is told the fields', () => {
  assert.throws(() => decode(`${head}spec:\n  plant: mint\n  soil: sandy\n`), {
    message: 'pot.yaml:7:3: spec.soil: must be a map, not "sandy"',
    hint: 'soil has fields of its own: sand',
  });
  assert.throws(() => decode(`${head}spec:\n  plant: {}\n`), { hint: 'correct the value there' });
});

test('decodeManifests: everything that is wrong in all objects is told, unknown fields of an object first', () => {
  const text = `${head}spec:\n  litres: 0\n  liters: 3\n---\n${head.replace('name: a', 'name: A')}spec: {plant: 3}\n`;
  assert.throws(
    () => decode(text),
    (failure) => {
      assert.ok(failure instanceof CodedError);
      assert.deepEqual(
        [failure.message, ...failure.further],
        [
          'pot.yaml:7:3: spec: unknown field "liters"',
          'pot.yaml:5:1: spec.plant: field "plant" is required',
          'pot.yaml:6:3: spec.litres: must be at least 1',
          'pot.yaml:12:3: metadata.name: must be lower-case letters, digits and dashes, as in a host name',
          'pot.yaml:13:8: spec.plant: must be a text, not 3',
        ],
      );
      return true;
    },
  );
});

test('decodeManifests: a field that is missing because it was misspelt is one problem', () => {
  assert.throws(() => decode(`${head}spec:\n  plnt: mint\n`), { further: [] });
});

test('decodeManifests: problems beyond the twentieth are counted', () => {
  const fields = Array.from({ length: 30 }, (_, at) => `  x${at}: 1\n`).join('');
  assert.throws(
    () => decode(`${head}spec:\n  plant: mint\n${fields}`),
    (failure) => failure instanceof CodedError && failure.further.at(-1) === '10 more problems',
  );
});

test('decodeManifests: a text beyond 16 MiB is not even parsed', () => {
  assert.throws(() => decode('#'.repeat(16 * 2 ** 20 + 1)), /larger than 16 MiB/);
});

function bomb(): string {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 6; level += 1) {
    const before = String.fromCharCode(96 + level);
    const here = String.fromCharCode(97 + level);
    lines.push(`${here}: &${here} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
  }
  return `${lines.join('\n')}\n`;
}
