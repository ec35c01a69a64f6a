import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { sampleKind } from './kind.sample.ts';
import { defineKind } from './kind.ts';
import { preparedForCreate, preparedForUpdate, problemsOfUpdate } from './strategy.ts';

const bare = sampleKind({ apiVersion: 'garden.example/v1', kind: 'Pot', spec: v.unknown() });
const pot = defineKind({
  ...bare,
  subresources: ['status'],
  strategy: {
    prepare: (object) => ({ ...object, prepared: true }),
    initialStatus: { phase: 'Empty' },
    immutable: ['/spec/clay'],
    problemsOfUpdate: () => [{ path: '/spec/litres', message: 'must not shrink' }],
  },
});

test('preparedForCreate: the status is that of the kind, whatever was written', () => {
  const written = { spec: { clay: 'red' }, status: { phase: 'Full' } };
  assert.deepEqual(preparedForCreate(written, pot), {
    spec: { clay: 'red' },
    prepared: true,
    status: { phase: 'Empty' },
  });
  assert.deepEqual(preparedForCreate(written, bare), written, 'it has no status of its own');
});

test('preparedForUpdate: the status stays as it is', () => {
  const old = { spec: 1, status: { phase: 'Full' } };
  const next = { spec: 2, status: { phase: 'Empty' } };
  assert.deepEqual(preparedForUpdate(old, next, pot), {
    spec: 2,
    prepared: true,
    status: { phase: 'Full' },
  });
  assert.deepEqual(preparedForUpdate(old, next, bare), next);
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
