import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rollback } from './rollback.ts';

const unexpected = (failure: unknown): never => assert.fail(String(failure));

test('Rollback: work that fails is undone, last first', async () => {
  const undone: string[] = [];
  await assert.rejects(async () => {
    await using rollback = new Rollback(unexpected);
    rollback.defer(async () => void undone.push('one'));
    rollback.defer(async () => void undone.push('two'));
    throw new Error('the work fails');
  }, /the work fails/);
  assert.deepEqual(undone, ['two', 'one']);
});

test('Rollback: work that commits stays', async () => {
  await using rollback = new Rollback(unexpected);
  rollback.defer(async () => assert.fail('nothing is to be undone'));
  rollback.commit();
});

test('Rollback: an undo that fails is told of, and keeps the others from nothing', async () => {
  const left: unknown[] = [];
  const undone: string[] = [];
  {
    await using rollback = new Rollback((failure) => left.push(failure));
    rollback.defer(async () => void undone.push('one'));
    rollback.defer(async () => {
      throw new Error('stuck');
    });
  }
  assert.deepEqual(undone, ['one']);
  assert.match(String(left[0]), /stuck/);
});
