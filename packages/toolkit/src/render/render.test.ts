import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import { Renderer, type RenderOptions } from './render.ts';
import { DirectReader } from './source-reader.ts';

const scheme = new Scheme([
  sampleKind({
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    spec: v.strictObject({ plant: v.string(), litres: v.optional(v.number(), 5) }),
  }),
]);
const pot = (name: string, more = '', spec = 'plant: mint'): string =>
  `apiVersion: garden.example/v1\nkind: Pot\nmetadata:\n  name: ${name}\n${more}spec: {${spec}}\n`;

const render = (files: Record<string, string>, options: Partial<RenderOptions> = {}) =>
  new Renderer(new DirectReader(scheme)).render(
    {
      id: 'r',
      files: Object.entries(files).map(([path, text]) => ({ path, text, digest: text })),
    },
    { path: '.', unknownKinds: 'refuse', nodeLabels: {}, ...options },
    new AbortController().signal,
  );
const names = async (files: Record<string, string>, options: Partial<RenderOptions> = {}) =>
  (await render(files, options)).manifests.map(({ metadata }) => metadata.name);

describe('Renderer', () => {
  test('a broken file stops no other, and is reported with its place', async () => {
    const { manifests, problems } = await render({
      'a.yaml': pot('a'),
      'b.yaml': pot('b', '', 'plnat: x'),
      'c.yaml': `${pot('c')}---\n${pot('d')}`,
    });
    assert.deepEqual(
      manifests.map(({ metadata }) => metadata.name),
      ['a', 'c', 'd'],
    );
    assert.match(problems[0]?.message ?? '', /^b.yaml:5:8: spec: unknown field "plnat"$/);
  });

  test('of an object that is declared twice neither counts, and both places are named', async () => {
    const { manifests, problems } = await render({
      'a.yaml': pot('a'),
      'b/a.yaml': `---\n${pot('a')}`,
      'c.yaml': pot('c'),
    });
    assert.equal(manifests.length, 1);
    assert.equal(problems[0]?.message, 'Pot/a is declared more than once: a.yaml:1, b/a.yaml:2');
  });

  test('a path chooses a folder, and not its namesakes', async () => {
    assert.deepEqual(await names({ 'web/a.yaml': pot('a'), 'website/b.yaml': pot('b') }, { path: 'web' }), [
      'a',
    ]);
  });

  test('an overlay prefixes, labels and patches what it names, through bases', async () => {
    const { manifests, problems } = await render(
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

  test('an overlay cannot leave the source, nor name what is not there, nor say what is not understood', async () => {
    for (const [text, wanted] of [
      ['resources: [../../etc]', /outside of the source/],
      ['resources: [nothing]', /resource "nothing" does not exist/],
      ['resources: []\nhelmCharts: []', /unknown field "helmCharts"/],
      ['resources: [..]', /outside|nested/],
      ['resources: [a.yaml, ./a.yaml]', /"\.\/a.yaml" is named twice/],
      ['resources: [a.yaml]\npatches: [{patch: "a: 1\\na: 2"}]', /patches.0: a field is set twice/],
    ] as const) {
      const { problems } = await render({ 'kustomization.yaml': text, 'a.yaml': pot('a') });
      assert.match(problems[0]?.message ?? '', wanted);
    }
  });

  test('a few folders that each name the next many times are refused, not counted out', async () => {
    const bomb = (resources: (level: number) => readonly string[]) =>
      render(
        Object.fromEntries([
          ...Array.from({ length: 9 }, (_, level) => [
            `${'d/'.repeat(level)}kustomization.yaml`,
            `resources: ${JSON.stringify(resources(level))}`,
          ]),
          ...Array.from({ length: 40 }, (_, at) => [`${'d/'.repeat(9)}p${at}.yaml`, pot(`p${at}`)]),
        ]),
      );
    const same = await bomb(() => Array.from({ length: 40 }, () => 'd'));
    assert.match(same.problems[0]?.message ?? '', /kustomization.yaml: "d" is named twice/);

    const files: Record<string, string> = {};
    for (let level = 0; level < 9; level += 1)
      for (let at = 0; at < 6; at += 1) {
        const next = Array.from({ length: 6 }, (_, below) => `../${level + 1}-${below}`);
        files[`${level}-${at}/kustomization.yaml`] =
          `namePrefix: n${at}-\nresources: ${JSON.stringify(next)}\n`;
        files[`9-${at}/pot.yaml`] = pot('a');
      }
    const { problems } = await render(files, { path: '0-0' });
    assert.match(problems[0]?.message ?? '', /it includes more than 100000 files/);
  });

  test('a folder of as many overlays as files takes no longer than both together', async () => {
    const count = 20_000;
    const files: Record<string, string> = {
      'kustomization.yaml': Array.from({ length: count }, (_, at) => `- f${at}\n`)
        .join('')
        .replace(/^/, 'resources:\n'),
    };
    for (let at = 0; at < count; at += 1) files[`f${at}/notes.json`] = 'null';
    const { problems } = await render(files);
    assert.deepEqual(problems, []);
  });

  test('a revision that was rendered is not read again, nor are its files that the next has too', async () => {
    const read: string[] = [];
    const direct = new DirectReader(scheme);
    const renderer = new Renderer({
      decode: (text) => {
        read.push(...text.files.map(({ path }) => path));
        return direct.decode(text);
      },
      updateImages: (request) => direct.updateImages(request),
    });
    const revision = (id: string, files: Record<string, string>) => ({
      id,
      files: Object.entries(files).map(([path, text]) => ({ path, text, digest: text })),
    });
    const options = { path: '.', unknownKinds: 'refuse', nodeLabels: {} } as const;
    const { signal } = new AbortController();
    const first = revision('1', { 'a.yaml': pot('a'), 'b.yaml': pot('b') });
    const rendering = await renderer.render(first, options, signal);
    assert.equal(await renderer.render(first, { ...options }, signal), rendering);
    const second = await renderer.render(
      revision('2', { 'a.yaml': pot('a'), 'b.yaml': pot('c') }),
      options,
      signal,
    );
    assert.deepEqual(
      second.manifests.map(({ metadata }) => metadata.name),
      ['a', 'c'],
    );
    assert.equal(second.manifests[0], rendering.manifests[0]);
    assert.deepEqual(read, ['a.yaml', 'b.yaml', 'b.yaml']);
    await renderer.render(first, { ...options, path: 'x' }, signal);
    assert.deepEqual(read.slice(3), ['a.yaml', 'b.yaml']);
  });

  test('problems are bounded in number and length', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 150 }, (_, at) => [`${at}.yaml`, `${'x'.repeat(5_000)}: 1\n`]),
    );
    const { problems } = await render(files);
    assert.equal(problems.length, 101);
    assert.equal(problems.at(-1)?.message, '50 more problems');
    assert.ok(problems.every(({ message }) => message.length <= 1_001));
  });

  test('variables are filled in before anything is read; a missing one is an error of its file', async () => {
    const files = { 'a.yaml': pot('a', '', 'plant: "${PLANT:-fig}", litres: ${SIZE}'), 'b.yaml': pot('b') };
    const { manifests } = await render(files, { variables: { SIZE: '7' } });
    assert.deepEqual(manifests[0]?.spec, { plant: 'fig', litres: 7 });
    const { problems } = await render(files, { variables: {} });
    assert.match(problems[0]?.message ?? '', /a.yaml: variable "SIZE" has no value/);
  });

  test('a node selector chooses the hosts', async () => {
    const selecting = '  annotations: {"gitops.weave.works/node-selector": "zone=a"}\n';
    const files = { 'a.yaml': pot('a', selecting), 'b.yaml': pot('b') };
    assert.deepEqual(await names(files, { nodeLabels: { zone: 'a' } }), ['a', 'b']);
    assert.deepEqual(await names(files, { nodeLabels: { zone: 'b' } }), ['b']);
  });

  test('unknown kinds are refused, or ignored where that is wanted; lists are flattened', async () => {
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
      (await render(files)).problems[0]?.message ?? '',
      /map.yaml:2:1: unknown kind "ConfigMap" in "v1"/,
    );
    const ignored = await render(files, { unknownKinds: 'ignore' });
    assert.deepEqual([ignored.problems, ignored.manifests.length], [[], 1]);
  });
});
