import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { sampleKind } from './kind.sample.ts';
import { defineKind } from './kind.ts';
import { problemsOfUpdate } from './problems-of-update.ts';

const bare = sampleKind({ apiVersion: 'garden.example/v1', kind: 'Pot', spec: v.unknown() });
const pot = defineKind({
  ...bare,
  strategy: {
    immutable: ['/spec/clay'],
    problemsOfUpdate: () => [{ path: '/spec/litres', message: 'must not shrink' }],
  },
});

test('problemsOfUpdate: all immutable fields that change, and what else the kind forbids', () => {
  const of = (clay: unknown): object => ({ spec: { clay } });
  assert.deepEqual(
    problemsOfUpdate(of('red'), of('grey'), pot).map(({ path }) => path),
    ['/spec/clay', '/spec/litres'],
  );
  assert.deepEqual(
    problemsOfUpdate(of({ from: 'river' }), of({ from: 'river' }), pot).map(({ path }) => path),
    ['/spec/litres'],
  );
  assert.deepEqual(problemsOfUpdate(of('red'), of('grey'), bare), []);
});
