import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { commandLine } from './command-line.ts';

test('commandLine: words reach a command unchanged, whatever is in them', () => {
  const words = [`a 'b' "c"`, '$HOME', '\\n!$(x)', '', 'two\nlines', '-n', '*'];
  const line = commandLine(['printf', '%s|', ...words]);
  assert.equal(execFileSync('sh', ['-c', line], { encoding: 'utf8' }), `${words.join('|')}|`);
});
