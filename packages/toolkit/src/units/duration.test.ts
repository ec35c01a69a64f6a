import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, parseDuration } from './duration.ts';

test('parseDuration: reads what Go writes', () => {
  for (const [text, ms] of [
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['0s', 0],
  ] as const)
    assert.equal(parseDuration(text), ms, text);
  for (const bad of ['', '5', 's', '5 s', '-5s', '5s!', '5d'])
    assert.throws(() => parseDuration(bad), { code: 'DURATION_INVALID' }, bad);
});

test('formatDuration: is read back as the same', () => {
  for (const text of ['30s', '1m30s', '1h30m', '500ms', '0s', '2h1ms'])
    assert.equal(formatDuration(parseDuration(text)), text);
});
