import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLogLine, errorsIn, lastErrorLine, printedIn, startMark } from './console-log.ts';

test('decodeLogLine: partial lines are joined, full ones ended, and strange ones dropped', () => {
  const log = [
    '2026-01-01T00:00:00.0+00:00 stdout P he',
    '2026-01-01T00:00:00.1+00:00 stdout F llo',
    'broken',
  ];
  assert.equal(log.map(decodeLogLine).join(''), 'hello\n');
});

test('decodeLogLine: lines of a terminal end as those of a text, wherever the monitor has cut them', () => {
  const log = [
    'T stdout F whole\r',
    'T stdout P cut behind\r',
    'T stdout F ',
    'T stdout P cut before',
    'T stdout F \r',
  ];
  assert.equal(log.map(decodeLogLine).join(''), 'whole\ncut behind\ncut before\n');
});

test('lastErrorLine: of the last start alone, and not what the guest said', () => {
  const at = '2026-01-01T00:00:00.0+00:00';
  const earlier = `${startMark(0)}${at} stderr F old\n`;
  const later = `${startMark(1)}${at} stderr F first\n${at} stderr F last\n${at} stdout F ${at} stderr F guest\n`;
  assert.equal(lastErrorLine(earlier + later), 'last');
  assert.equal(lastErrorLine(earlier + startMark(1)), undefined);
});

test('what QEMU tells of its guest is no part of what logs prints, nor an error of its own, and is whole where it was cut', () => {
  const at = '2026-01-01T00:00:00.0+00:00';
  const event =
    '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "RTC_CHANGE", "data": {"offset": 0}}';
  const log = [
    `${at} stderr F {"QMP": {"version": {}, "capabilities": []}}`,
    `${at} stdout F ${event}`,
    `${at} stderr F qemu: an error`,
    `${at} stderr P ${event.slice(0, 30)}`,
    `${at} stdout F hello`,
    `${at} stderr F ${event.slice(30)}`,
    '',
  ].join('\n');
  assert.ok(errorsIn(log).endsWith(`qemu: an error\n${event}\n`));
  assert.ok(printedIn(log).startsWith(`${event}\nqemu: an error\nhello\n`));
  assert.equal(lastErrorLine(`${at} stderr F qemu: an error\n${at} stderr F ${event}\n`), 'qemu: an error');
});
