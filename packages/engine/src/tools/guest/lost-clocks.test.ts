import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockReport, lostClocks } from './lost-clocks.ts';

const zeros = '\0'.repeat(4_000);

test('clockReport: nothing yet, a clock that ticks, or one that is lost', () => {
  assert.deepEqual(clockReport(zeros), { kind: 'silent' });
  assert.deepEqual(clockReport(''), { kind: 'silent' });
  assert.deepEqual(clockReport(`up\n${zeros}`), { kind: 'ticks' });
  assert.deepEqual(clockReport(`\nup\n${zeros}`), { kind: 'ticks' });
  assert.deepEqual(clockReport(`\nlost-clock 2\n${zeros}`), { kind: 'lost', times: 2 });
  assert.deepEqual(clockReport(`failed the VM has no seed disk\n${zeros}`), { kind: 'ticks' });
  assert.deepEqual(clockReport(`lost-clock 2\n${zeros}`), { kind: 'lost', times: 2 });
});

test('lostClocks: how many boots in a row were in vain, until another is not worth it', () => {
  assert.equal(lostClocks(`up\nready\n${zeros}`), 0);
  assert.equal(lostClocks(`lost-clock 3\n${zeros}`), 3);
  assert.equal(lostClocks(`lost-clock 7\n${zeros}`), 0);
});
