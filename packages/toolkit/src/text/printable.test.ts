import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escaped, forTerminal, printable } from './printable.ts';

const hostile = 'a\u001b[2Jb\u009bc\u007fd\u202ee\u2066f\r\u0000';

test('printable: one line without anything that a terminal acts upon', () => {
  assert.equal(printable(`${hostile}\n\tx`), 'a [2Jb c d e f x');
  assert.equal(printable('größe ⠋ 日本'), 'größe ⠋ 日本');
});

test('escaped: lines and tabs stay, the rest is told as JSON writes it', () => {
  assert.equal(escaped('a\n\tb'), 'a\n\tb');
  assert.equal(escaped(hostile), 'a\\u001b[2Jb\\u009bc\\u007fd\\u202ee\\u2066f\\u000d\\u0000');
  assert.equal(JSON.parse(escaped(JSON.stringify(hostile))), hostile);
});

test('forTerminal: what we say is as it is, what others say is escaped', () =>
  assert.equal(String(forTerminal`\u001b[1m${'x\u001b[0m'}\u001b[0m\n`), '\u001b[1mx\\u001b[0m\u001b[0m\n'));
