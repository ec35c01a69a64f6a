import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import { chooseTag, updatedReference } from './image-policy.ts';
import { planImageUpdates } from './plan-image-updates.ts';

const sha = `sha256:${'a'.repeat(64)}`;

test('chooseTag: by range, by number in a pattern, by text', () => {
  const policy = (fields: object) => ({ repository: 'x', digest: false, ...fields });
  const tags = ['1.0.0', '1.2.0', '2.0.0', 'main-9-abc', 'main-10-def', 'latest', '20260101', '20261124'];
  assert.equal(chooseTag(tags, policy({ semver: '1.x' })), '1.2.0');
  assert.equal(chooseTag(tags, policy({ pattern: 'main-(\\d+)-.*' })), 'main-10-def');
  assert.equal(chooseTag(tags, policy({ pattern: '\\d{8}' })), '20261124');
  assert.equal(chooseTag(tags, policy({ pattern: 'none' })), undefined);
});

test('updatedReference: the tag and digest of that repository alone', () => {
  assert.equal(updatedReference('debian:12', 'debian', '13', undefined), 'debian:13');
  assert.equal(updatedReference('debian', 'debian', '13', undefined), 'debian:13');
  assert.equal(updatedReference(`r:5000/a/b:1@${sha}`, 'r:5000/a/b', '2', undefined), 'r:5000/a/b:2');
  assert.equal(updatedReference('debian:12', 'debian', '12', sha), `debian:12@${sha}`);
  assert.equal(updatedReference('debian:12', 'debian', '12', undefined), undefined);
  assert.equal(updatedReference('other/debian:12', 'debian', '13', undefined), undefined);
});

test('planImageUpdates: edits what names an image of the policy, and nothing else', () => {
  const spec = v.strictObject({ image: v.string() });
  const scheme = new Scheme([sampleKind({ apiVersion: 'garden.example/v1', kind: 'Pot', spec })]);
  const text = `# mine\napiVersion: garden.example/v1\nkind: Pot\nmetadata: {name: a}\nspec:\n  image: debian:12 # base\n`;
  const files = [
    { path: 'a.yaml', digest: '', text },
    { path: 'b.yaml', digest: '', text: text.replace('debian', 'alpine') },
    { path: 'broken.yaml', digest: '', text: 'a: [' },
  ];
  const images = [{ repository: 'debian', tag: '13' }];
  assert.deepEqual(planImageUpdates({ files, images, imageFields: { Pot: ['/spec/image'] } }, scheme), [
    {
      file: 'a.yaml',
      text: text.replace('debian:12', 'debian:13'),
      changes: ['Pot/a: debian:12 → debian:13'],
    },
  ]);
});
