import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { isReplaced } from './is-replaced.ts';

const note = JSON.stringify({ machine: 'a', time: '2026-01-01T00:00:00Z', retryCount: 0 });

test('isReplaced: a Machine that is gone, once none is missing', () => {
  const others = [sampleMachine({ name: 'b' })];
  assert.equal(isReplaced(note, others, true), true);
  assert.equal(isReplaced(note, others, false), false);
});

test('isReplaced: a Machine that is well again; not one that is to go', () => {
  assert.equal(isReplaced(note, [sampleMachine({ name: 'a' })], false), true);
  const marked = sampleMachine({ name: 'a', conditions: ['!OwnerRemediated'] });
  assert.equal(isReplaced(note, [marked], true), false);
  assert.equal(isReplaced(note, [sampleMachine({ name: 'a', isLeaving: true })], true), false);
});
