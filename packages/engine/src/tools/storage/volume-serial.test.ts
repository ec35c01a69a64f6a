import assert from 'node:assert/strict';
import { test } from 'node:test';
import { volumeSerial } from './volume-serial.ts';

test('volumeSerial: a name that fits is the serial', () => {
  for (const name of ['volume0', 'data', 'a_b.c-d', 'a'.repeat(20)]) assert.equal(volumeSerial(name), name);
});

test('volumeSerial: any other name has one of its own, which fits too', () => {
  const ours = ['root', 'seed', 'modules', 'cidata', 'status'];
  const names = [...ours, '0', 'a'.repeat(21), 'a'.repeat(22), 'a'.repeat(63)];
  const serials = names.map(volumeSerial);
  assert.equal(new Set(serials).size, names.length);
  for (const serial of serials) assert.match(serial, /^[A-Za-z][A-Za-z0-9_.-]{0,19}$/);
});
