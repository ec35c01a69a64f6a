import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { vmSpecSchema } from './v1/vm.ts';
import { writtenForm } from './written-form.ts';

const spec = v.parse(vmSpecSchema, { image: { oci: 'debian:12' }, memory: '1500MB', diskSize: '4GB' });

test('writtenForm: sizes are exact texts at any depth, and nothing else changes', () => {
  const image = { status: { size: 275_343 * 1024, baseDisk: { path: '/d', size: 2 ** 30 }, pid: 7 } };
  assert.deepEqual(writtenForm({ kind: 'Image', ...image }), {
    kind: 'Image',
    status: { size: '275343KB', baseDisk: { path: '/d', size: '1GB' }, pid: 7 },
  });
  const metadata = { labels: { size: 'large' }, generation: 3 };
  assert.deepEqual(writtenForm({ metadata }), { metadata });
  const written = JSON.stringify(writtenForm({ metadata: { labels: {}, uid: 'u', name: 'n' } }));
  assert.equal(written, '{"metadata":{"name":"n","uid":"u","labels":{}}}');
});

test('writtenForm: an object in no namespace names none', () => {
  const metadata = { name: 'n', namespace: '' };
  assert.deepEqual(writtenForm({ metadata }), { metadata: { name: 'n' } });
  const named = { ...metadata, namespace: 'prod' };
  assert.deepEqual(writtenForm({ metadata: named }), { metadata: named });
});

test('writtenForm: what it gives is a spec again, and the same', () => {
  const written = writtenForm({ spec }) as { readonly spec: Readonly<Record<string, unknown>> };
  assert.equal(written.spec['memory'], '1500MB');
  assert.equal(written.spec['diskSize'], '4GB');
  assert.deepEqual(v.parse(vmSpecSchema, written.spec), spec);
});
