import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue, withCondition, withoutCondition } from './condition.ts';

const ready = { type: 'Ready', reason: 'Done', message: 'ok', observedGeneration: 1 } as const;

test('withCondition: the transition time moves with the status alone', () => {
  const first = withCondition([], { ...ready, status: 'True' }, '2026-01-01');
  const same = withCondition(first, { ...ready, status: 'True', message: 'still' }, '2026-01-02');
  assert.deepEqual([same[0]?.lastTransitionTime, same[0]?.message], ['2026-01-01', 'still']);
  const other = withCondition(same, { ...ready, status: 'False' }, '2026-01-03');
  assert.equal(other[0]?.lastTransitionTime, '2026-01-03');
  assert.equal(other.length, 1);
  assert.ok(isTrue(first, 'Ready') && !isTrue(other, 'Ready'));
  assert.deepEqual(withoutCondition(first, 'Ready'), []);
});
