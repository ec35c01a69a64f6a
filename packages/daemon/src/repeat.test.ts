import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeat } from './repeat.ts';

test('repeat: work that fails once is told of, and done again sooner', async () => {
  const stop = new AbortController();
  const [pauses, told]: [number[], string[]] = [[], []];
  const clock = {
    now: () => 0,
    sleep: async (ms: number): Promise<void> => void pauses.push(ms),
  };
  let times = 0;
  const work = async (): Promise<void> => {
    times += 1;
    if (times === 2) throw new Error('the disk is full');
    if (times === 4) stop.abort();
  };
  const log = (_level: string, message: string, fields?: object): void =>
    void told.push(`${message} ${JSON.stringify(fields)}`);
  await repeat({ name: 'work', everyMs: 100, retryMs: 10, work }, { clock, log }, stop.signal);
  assert.deepEqual(pauses, [100, 100, 10, 100, 100]);
  assert.deepEqual(told, ['work failed {"error":"the disk is full"}']);
});
