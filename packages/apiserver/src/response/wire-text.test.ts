import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { builtInResourceOf } from '../resource/served-resource-of.ts';
import { renderList, renderObject } from './render.ts';
import { wireListText, wireText } from './wire-text.ts';

const resource = builtInResourceOf(coreKinds.find(({ kind }) => kind === 'ConfigMap')!);
const shown = { resource, form: { encoding: 'json' }, include: 'None', nowMs: 0 } as const;
const object = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    ...{ name, namespace: 'home', uid: name, resourceVersion: '1', generation: 1 },
    ...{ creationTimestamp: '2026-01-01T00:00:00.123Z', labels: {}, annotations: {}, finalizers: [] },
  },
  data: { a: '"]}\n' },
});

test('the text of an object is what is rendered of it, also the second time and for another kind', () => {
  const mint = object('mint');
  const visible = { ...resource, hidesGeneration: !(resource.hidesGeneration ?? false) };
  for (const kind of [resource, visible, resource, visible])
    assert.deepEqual(JSON.parse(wireText(mint, kind)), renderObject(mint, { ...shown, resource: kind }));
});

test('the text of a list is what is rendered of it, however many objects it has', () => {
  for (const names of [[], ['mint'], ['mint', 'sage']]) {
    const list = { resourceVersion: '7', items: names.map(object), continue: 'next', remainingItemCount: 2 };
    assert.deepEqual(JSON.parse(wireListText(list, resource)), renderList(list, shown));
  }
});
