import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { Scheme } from '../scheme/scheme.ts';
import { Renderer, type RenderOptions } from './render.ts';

const scheme = new Scheme([
  {
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    spec: v.strictObject({ plant: v.string(), litres: v.optional(v.number(), 5) }),
  },
]);
const pot = (name: string, more = '', spec = 'plant: mint'): string =>
  `apiVersion: garden.example/v1\nkind: Pot\nmetadata:\n  name: ${name}\n${more}spec: {${spec}}\n`;

const render = (files: Record<string, string>, options: Partial<RenderOptions> = {}) =>
  new Renderer().render(
    {
      id: 'r',
      files: Object.entries(files).map(([path, text]) => ({ path, text, digest: text })),
    },
    { scheme, path: '.', unknownKinds: 'refuse', nodeLabels: {}, ...options },
  );
const names = (files: Record<string, string>, options: Partial<RenderOptions> = {}) =>
  render(files, options).manifests.map(({ metadata }) => metadata.name);

describe('Renderer', () => {
  test('one broken file stops nothing else, and is told of with its place', () => {
    const { manifests, problems } = render({
      'a.yaml': pot('a'),
      'b.yaml': pot('b', '', 'plnat: x'),
      'c.yaml': `${pot('c')}---\n${pot('d')}`,
    });
    assert.deepEqual(
      manifests.map(({ metadata }) => metadata.name),
      ['a', 'c', 'd'],
    );
    assert.match(problems[0]?.message ?? '', /^b.yaml:5:8: spec: there is no field "plnat"$/);
  });

  test('of an object that is declared twice neither counts, and both places are named', () => {
    const { manifests, problems } = render({
      'a.yaml': pot('a'),
      'b/a.yaml': `---\n${pot('a')}`,
      'c.yaml': pot('c'),
    });
    assert.equal(manifests.length, 1);
    assert.equal(problems[0]?.message, 'Pot/a is declared more than once: a.yaml:1, b/a.yaml:2');
  });

  test('a path chooses a folder, and not its namesakes', () => {
    assert.deepEqual(names({ 'web/a.yaml': pot('a'), 'website/b.yaml': pot('b') }, { path: 'web' }), ['a']);
  });

  test('an overlay prefixes, labels and patches what it names, through bases', () => {
    const { manifests, problems } = render(
      {
        'base/pots.yaml': `${pot('a')}---\n${pot('b')}`,
        'base/kustomization.yaml': 'resources: [pots.yaml]\ncommonLabels: {garden: south}\n',
        'host-1/kustomization.yaml':
          'resources: [../base]\nnamePrefix: one-\npatches:\n- target: {name: a}\n  patch: |\n    spec: {litres: 9}\n',
        'host-2/pot.yaml': pot('other'),
      },
      { path: 'host-1' },
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      manifests.map(({ metadata, spec }) => [metadata.name, metadata.labels, spec]),
      [
        ['one-a', { garden: 'south' }, { plant: 'mint', litres: 9 }],
        ['one-b', { garden: 'south' }, { plant: 'mint', litres: 5 }],
      ],
    );
  });

  test('an overlay cannot leave the source, nor name what is not there, nor say what is not understood', () => {
    for (const [text, wanted] of [
      ['resources: [../../etc]', /outside of the source/],
      ['resources: [nothing]', /there is no resource "nothing"/],
      ['resources: []\nhelmCharts: []', /there is no field "helmCharts"/],
      ['resources: [..]', /outside|nested/],
    ] as const) {
      const { problems } = render({ 'kustomization.yaml': text });
      assert.match(problems[0]?.message ?? '', wanted);
    }
  });

  test('variables are filled in before anything is read; a missing one is an error of its file', () => {
    const files = { 'a.yaml': pot('a', '', 'plant: "${PLANT:-fig}", litres: ${SIZE}'), 'b.yaml': pot('b') };
    const { manifests } = render(files, { variables: { SIZE: '7' } });
    assert.deepEqual(manifests[0]?.spec, { plant: 'fig', litres: 7 });
    const { problems } = render(files, { variables: {} });
    assert.match(problems[0]?.message ?? '', /a.yaml: the variable "SIZE" has no value/);
  });

  test('a node selector chooses the hosts', () => {
    const selecting = '  annotations: {"gitops.weave.works/node-selector": "zone=a"}\n';
    const files = { 'a.yaml': pot('a', selecting), 'b.yaml': pot('b') };
    assert.deepEqual(names(files, { nodeLabels: { zone: 'a' } }), ['a', 'b']);
    assert.deepEqual(names(files, { nodeLabels: { zone: 'b' } }), ['b']);
  });

  test('unknown kinds are refused, or ignored where that is wanted; lists are flattened', () => {
    const files = {
      'map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n',
      'list.json': JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [
          { apiVersion: 'garden.example/v1', kind: 'Pot', metadata: { name: 'a' }, spec: { plant: 'fig' } },
        ],
      }),
    };
    assert.match(
      render(files).problems[0]?.message ?? '',
      /map.yaml:2:1: there is no kind "ConfigMap" in "v1"/,
    );
    const ignored = render(files, { unknownKinds: 'ignore' });
    assert.deepEqual([ignored.problems, ignored.manifests.length], [[], 1]);
  });
});
