import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpaceItem } from '@ignite/api/client/space-client';
import { bytes } from '@ignite/toolkit/units/bytes';
import { spaceDetails, spaceName, spaceTable } from './space.ts';

const items: readonly SpaceItem[] = [
  { kind: 'image', name: 'a', path: '/a', size: bytes(4_096), isUsed: true, reclaimable: bytes(0) },
  { kind: 'image', name: 'b', path: '/b', size: bytes(12_288), isUsed: false, reclaimable: bytes(12_288) },
];

test('spaceTable: a line for each kind, with what could be had back', () => {
  const [header, images, layers] = spaceTable(items).split('\n');
  assert.match(header!, /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE$/);
  assert.match(images!, /^Images +2 +1 +16\.0 KB +12\.0 KB \(75%\)$/);
  assert.match(layers!, /^Layers of images +0 +0 +0 B +0 B \(0%\)$/);
});

test('spaceDetails, spaceName: a line for each thing', () => {
  assert.match(spaceDetails(items), /^image +b +no +12\.0 KB +12\.0 KB +\/b$/m);
  assert.equal(spaceName(items[0]!), 'image "a"');
});
