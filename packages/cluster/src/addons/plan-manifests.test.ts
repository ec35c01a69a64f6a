import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOf, planManifests } from './plan-manifests.ts';

const object = (kind: string, name: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;
const planned = (data: Readonly<Record<string, string>>): readonly string[] =>
  planManifests(data).map(({ kind, metadata }) => `${kind}/${metadata.name}`);

test('planManifests: what others need comes first, and otherwise the order of the keys and the documents holds', () => {
  assert.deepEqual(
    planned({
      'b.yaml': `${object('Pod', 'last')}---\n${object('Namespace', 'first')}---\n---\n# nothing\n`,
      'a.json': JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'List' },
        items: [
          { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'middle' } },
          { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'second' } },
        ],
      }),
    }),
    ['Namespace/first', 'ServiceAccount/second', 'Pod/middle', 'Pod/last'],
  );
  assert.deepEqual(planned({}), []);
});

test('planManifests: what is no object is refused, with the name of the manifest', () => {
  for (const text of [
    'a: [',
    'kind: Pod\n',
    '- 1\n',
    'text\n',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: 7}\n',
    `${object('Pod', 'a')}kind: Job\n`,
    `${object('Pod', 'a')}data: *nowhere\n`,
    `${object('Pod', 'a')}data: &one [1]\nmore: [${'*one, '.repeat(101)}]\n`,
  ])
    assert.throws(() => planManifests({ 'cni.yaml': text }), /the manifest cni\.yaml cannot be read: /, text);
});

test('hashOf: the same manifests have the same hash, in whatever order they are', () => {
  assert.equal(hashOf({ a: '1', b: '2' }), hashOf({ b: '2', a: '1' }));
  assert.notEqual(hashOf({ a: '1' }), hashOf({ a: '2' }));
});
