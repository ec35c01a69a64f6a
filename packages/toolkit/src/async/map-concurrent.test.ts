import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { mapConcurrent } from './map-concurrent.ts';

test('mapConcurrent: results are in the order of the items, of which so many are at work at once', async () => {
  let [atWork, most] = [0, 0];
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, (atWork += 1));
    for (let turns = item; turns > 0; turns -= 1) await turn();
    atWork -= 1;
    return item * 10;
  };
  assert.deepEqual(await mapConcurrent([3, 1, 2, 0], 2, work), [30, 10, 20, 0]);
  assert.equal(most, 2);
});

test('mapConcurrent: after a failure nothing is begun, and nothing is at work any more when it is told', async () => {
  const told: string[] = [];
  const work = async (item: string): Promise<void> => {
    told.push(`${item} begins`);
    if (item === 'b') throw new Error('b fails');
    await turn();
    told.push(`${item} ends`);
  };
  await assert.rejects(mapConcurrent(['a', 'b', 'c', 'd'], 2, work), /b fails/);
  assert.deepEqual(told, ['a begins', 'b begins', 'a ends']);
  await turn();
  assert.equal(told.length, 3);
});
