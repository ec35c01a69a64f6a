import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogLevel, jsonLog, limitedLog, textLog } from './log.ts';

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

test('limitedLog: what matters less is left out', () => {
  const seen: LogLevel[] = [];
  const log = limitedLog(
    (level) => seen.push(level),
    () => 'warning',
  );
  for (const level of ['debug', 'info', 'warning', 'error'] as const) log(level, 'x');
  assert.deepEqual(seen, ['warning', 'error']);
});
