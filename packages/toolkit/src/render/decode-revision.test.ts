import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { hasCode } from '../errors/coded-error.ts';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import { decodeRevision } from './decode-revision.ts';

const scheme = new Scheme([
  sampleKind({ apiVersion: 'garden.example/v1', kind: 'Pot', spec: v.strictObject({}) }),
]);
const pots = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => {
    const metadata = { name: `p${from + at}` };
    return `---\n${JSON.stringify({ apiVersion: 'garden.example/v1', kind: 'Pot', metadata, spec: {} })}\n`;
  }).join('');

const decode = (texts: readonly string[], limits: { fileLength: number; objects: number }) =>
  decodeRevision(
    {
      files: texts.map((text, at) => ({ path: `${at}.yaml`, text, digest: text })),
      path: '.',
      unknownKinds: 'refuse',
    },
    scheme,
    limits,
  );

test('decodeRevision: a file that is too large is a problem of its own', () => {
  const [large, small] = decode([pots(0, 9), pots(10, 11)], { fileLength: 200, objects: 10 });
  assert.match(large?.problem ?? '', /^0.yaml: too large/);
  assert.equal(small?.manifests.length, 1);
});

test('decodeRevision: too many objects are a problem of the whole source', () => {
  assert.throws(
    () => decode([pots(0, 6), pots(6, 11)], { fileLength: Infinity, objects: 10 }),
    (failure) => hasCode(failure, 'RENDER_TOO_LARGE'),
  );
});
