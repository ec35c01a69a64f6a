import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLogLine } from './console-log.ts';

test('decodeLogLine: partial lines are joined, full ones ended, and strange ones dropped', () => {
  const log = [
    '2026-01-01T00:00:00.0+00:00 stdout P he',
    '2026-01-01T00:00:00.1+00:00 stdout F llo',
    'broken',
  ];
  assert.equal(log.map(decodeLogLine).join(''), 'hello\n');
});
