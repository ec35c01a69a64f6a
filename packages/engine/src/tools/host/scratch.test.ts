import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { fitsInMemory } from './scratch.ts';

const gib = (count: number) => bytes(count * 2 ** 30);

test('fitsInMemory: as much again is left to everyone else', () => {
  assert.ok(fitsInMemory(gib(2), { available: gib(4), tmpfsFree: gib(8) }));
  assert.ok(!fitsInMemory(gib(2.5), { available: gib(4), tmpfsFree: gib(8) }));
});

test('fitsInMemory: the file system in memory has room, where there is one', () => {
  assert.ok(!fitsInMemory(gib(2), { available: gib(64), tmpfsFree: gib(1) }));
  assert.ok(!fitsInMemory(bytes(1), { available: gib(64), tmpfsFree: bytes(0) }));
});
