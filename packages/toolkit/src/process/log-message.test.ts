import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logMessage } from './log-message.ts';

const cases: readonly (readonly [string, string])[] = [
  [
    'time="2026-11-28T10:00:00Z" level=fatal msg="initializing source docker://a: pinging: EOF"',
    'initializing source docker://a: pinging: EOF',
  ],
  ['time="2026-11-28T10:00:00Z" level=error msg="no image \\"a\\"" id=3', 'no image "a"'],
  ['level=fatal msg=refused', 'refused'],
  ['level=fatal msg="a Go escape: \\x1b"', 'a Go escape: \\x1b'],
  ['fatal: not a git repository', 'fatal: not a git repository'],
  ['level=fatal', 'level=fatal'],
  ['', ''],
];

for (const [line, message] of cases)
  test(`logMessage: ${JSON.stringify(line)}`, () => assert.equal(logMessage(line), message));
