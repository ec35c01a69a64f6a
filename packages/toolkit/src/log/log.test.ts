import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLog, textLog } from './log.ts';

test('jsonLog and textLog: the same event for programs and for people', () => {
  const lines: string[] = [];
  const now = () => new Date(2026, 0, 2, 15, 4, 5);
  for (const log of [jsonLog, textLog])
    log((line) => lines.push(line), now)('error', 'it failed', {
      key: 'a',
      error: 'no "water"\nleft',
      retryMs: 750,
      none: undefined,
    });
  assert.deepEqual(JSON.parse(lines[0]!), {
    time: now().toISOString(),
    level: 'error',
    message: 'it failed',
    key: 'a',
    error: 'no "water"\nleft',
    retryMs: 750,
  });
  assert.equal(lines[1], '15:04:05 error   it failed   key=a error="no \\"water\\"\\nleft" retryMs=750\n');
});
