import assert from 'node:assert/strict';
import { test } from 'node:test';
import { derived } from './derived.ts';

test('what is derived is the same value until its source is another one', () => {
  let source: readonly number[] = [1];
  const doubled = derived(
    () => source,
    (numbers) => numbers.map((each) => each * 2),
  );
  const first = doubled();
  assert.deepEqual(first, [2]);
  assert.equal(doubled(), first);
  source = [1, 2];
  assert.deepEqual(doubled(), [2, 4]);
});
