import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLogLine, lastErrorLine, startMark } from './console-log.ts';

test('decodeLogLine: partial lines are joined, full ones ended, and strange ones dropped', () => {
  const log = [
    '2026-01-01T00:00:00.0+00:00 stdout P he',
    '2026-01-01T00:00:00.1+00:00 stdout F llo',
    'broken',
  ];
  assert.equal(log.map(decodeLogLine).join(''), 'hello\n');
});

const isOwn = (line: string): boolean => !line.startsWith('of its guest');

test('lastErrorLine: of the last start alone, and not what the guest said', () => {
  const at = '2026-01-01T00:00:00.0+00:00';
  const earlier = `${startMark(0)}${at} stderr F old\n`;
  const later = `${startMark(1)}${at} stderr F first\n${at} stderr F last of all\n${at} stderr F of its guest\n${at} stdout F ${at} stderr F guest\n`;
  assert.equal(lastErrorLine(earlier + later, isOwn), 'last of all');
  assert.equal(lastErrorLine(earlier + startMark(1), isOwn), undefined);
});
