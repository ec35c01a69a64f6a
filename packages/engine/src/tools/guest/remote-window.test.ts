import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WindowSize } from '@ignite/api/client/vm-streams';
import { RemoteWindow } from './remote-window.ts';

test('RemoteWindow: sizes are told one after the other, and those that are out of date are left out', async () => {
  const told: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  const window = new RemoteWindow(async ({ rows }: WindowSize) => {
    told.push(rows);
    if (rows === 1) await promise;
    if (rows === 4) all.resolve();
  });
  for (const rows of [1, 2, 3]) window.resize({ rows, columns: 80 });
  resolve();
  await new Promise(setImmediate);
  window.resize({ rows: 4, columns: 80 });
  await all.promise;
  assert.deepEqual(told, [1, 3, 4]);
});
