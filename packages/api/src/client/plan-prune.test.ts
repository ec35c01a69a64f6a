import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpaceItem, SpaceKind } from './space-client.ts';
import { bytes } from '@ignite/toolkit/units/bytes';
import { planPrune } from './plan-prune.ts';

const item = (kind: SpaceKind, name: string, isUsed: boolean, reclaimable = isUsed ? 0 : 10): SpaceItem => ({
  kind,
  name,
  path: `/${name}`,
  size: bytes(10),
  isUsed,
  reclaimable: bytes(reclaimable),
});

const all: readonly SpaceItem[] = [
  item('layers', 'layers', true, 5),
  item('image', 'idle', false),
  item('image', 'busy', true),
  item('kernel', 'old', false),
  item('vm', 'stopped', false),
  item('vm', 'running', true),
  item('log', 'log', true),
  item('kept-disk', 'kept', false),
  item('leftover', 'draft', false),
  item('leftover', 'being made', true),
];

const names = (kinds: readonly SpaceKind[], items = all): readonly string[] =>
  planPrune(items, new Set(kinds)).map(({ name }) => name);

test('planPrune: nothing that is used goes, nor what was not asked for', () => {
  assert.deepEqual(names(['image', 'kernel', 'leftover', 'layers']), ['idle', 'old', 'draft', 'layers']);
  assert.deepEqual(names(['vm']), ['stopped']);
  assert.deepEqual(names(['kept-disk', 'log']), ['kept']);
  assert.deepEqual(names([]), []);
});

test('planPrune: VMs go before what they use, layers after the images that need them', () => {
  const kinds: readonly SpaceKind[] = ['layers', 'kept-disk', 'leftover', 'kernel', 'image', 'vm'];
  assert.deepEqual(names(kinds), ['stopped', 'idle', 'old', 'draft', 'kept', 'layers']);
});

test('planPrune: layers that are all needed stay', () => {
  assert.deepEqual(names(['layers'], [item('layers', 'layers', true, 0)]), []);
});
