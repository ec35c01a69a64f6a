import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasPvhEntry } from './pvh-entry.ts';
import { elfNote, vmlinux } from './vmlinux.sample.ts';

const other = elfNote('GNU\0', 3, 'an id of 7');
const entry = elfNote('Xen\0', 18, '12345678');

test('hasPvhEntry: the note with the entry point, wherever it is', () => {
  assert.equal(hasPvhEntry(vmlinux([entry])), true);
  assert.equal(hasPvhEntry(vmlinux([Buffer.concat([other, entry])])), true);
  assert.equal(hasPvhEntry(vmlinux([other, entry])), true);
});

test('hasPvhEntry: no other note is one', () => {
  assert.equal(hasPvhEntry(vmlinux([])), false);
  assert.equal(hasPvhEntry(vmlinux([Buffer.alloc(0)])), false);
  assert.equal(hasPvhEntry(vmlinux([other])), false);
  assert.equal(hasPvhEntry(vmlinux([elfNote('GNU\0', 18, '12345678')])), false);
  assert.equal(hasPvhEntry(vmlinux([elfNote('Xen\0', 17, '12345678')])), false);
});

test('hasPvhEntry: a file that points outside itself is refused', () => {
  assert.throws(() => hasPvhEntry(vmlinux([other]).subarray(0, 80)), RangeError);
  assert.throws(() => hasPvhEntry(vmlinux([other.subarray(0, 10)])), RangeError);
});
