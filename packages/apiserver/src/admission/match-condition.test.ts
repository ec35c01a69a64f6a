import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeBudget } from '../cel/time-budget.ts';
import { isMet } from './match-condition.ts';

test('the conditions of a webhook have their time together', () => {
  const subject = { object: { list: Array.from({ length: 600 }, () => 1) }, oldObject: null, request: {} };
  const slow = 'object.list.all(a, object.list.all(b, object.list.all(c, a + b + c > 0)))';
  assert.ok(isMet('object.list.size() == 600', subject, new TimeBudget(60_000)));
  const time = new TimeBudget(50);
  for (const expression of [slow, 'true'])
    assert.throws(() => isMet(expression, subject, time), { message: 'the expression takes too long' });
});
