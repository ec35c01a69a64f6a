import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { quotedWord, shellWord } from './shell-word.ts';

const words = [
  '',
  "'",
  "''",
  `a 'b' "c"`,
  '$(x)',
  '$HOME',
  '\\n!',
  '"',
  'ä\n',
  "'; rm -rf /; '",
  '-n',
  '*',
  '~',
];

test('shell words reach a command unchanged, whatever is in them', () => {
  for (const render of [quotedWord, shellWord]) {
    const line = ['printf', '%s|', ...words].map(render).join(' ');
    assert.equal(execFileSync('sh', ['-c', line], { encoding: 'utf8' }), `${words.join('|')}|`);
  }
});

test('shellWord: a word that needs no quotes has none', () => {
  for (const word of ['uname', '-a', '/etc/os-release', 'a=b:c,d@e%f+1.0'])
    assert.equal(shellWord(word), word);
});
