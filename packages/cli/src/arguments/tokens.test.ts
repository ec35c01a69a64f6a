import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flags } from './command.ts';
import { tokenize } from './tokens.ts';

const flags: Flags = {
  quiet: { type: 'boolean', short: 'q', help: '' },
  tty: { type: 'boolean', short: 't', help: '' },
  ssh: { type: 'optional', help: '' },
  name: { type: 'string', short: 'n', help: '' },
  template: { type: 'string', short: 't', help: '' },
};

const read = (...argv: readonly string[]): readonly string[] =>
  [...tokenize(argv, flags)].map((token) => {
    if (token.kind === 'word') return token.text;
    return token.kind === 'end' ? '--' : `${token.name}=${token.value ?? ''}`;
  });

const promises = [
  [
    'a value stands behind an equals sign or is the next word',
    ['--name=a', '--name', 'b'],
    ['name=a', 'name=b'],
  ],
  ['a value may hold equals signs', ['--name=a=b', '-n=c=d'], ['name=a=b', 'name=c=d']],
  [
    'letters are combined, and the first that takes a value takes the rest',
    ['-qnweb'],
    ['quiet=', 'name=web'],
  ],
  ['a letter may be turned off', ['-q=false'], ['quiet=false']],
  ['an optional value is not the next word', ['--ssh', 'x'], ['ssh=', 'x']],
  ['the later of two flags with a letter has it', ['-t', 'x'], ['template=x']],
  ['an unknown flag takes no word', ['--odd', 'x', '-z'], ['odd=', 'x', 'z=']],
  [
    'a value may look like a flag, but two dashes are none',
    ['-n', '-1', '--name', '--', 'x'],
    ['name=-1', 'name=', '--'],
  ],
  ['a dash alone is a word', ['-'], ['-']],
] as const;

test('tokenize: no number of letters is too large', () => {
  assert.equal(read(`-${'q'.repeat(100_000)}`).length, 100_000);
});

for (const [promise, argv, wanted] of promises)
  test(`tokenize: ${promise}`, () => assert.deepEqual(read(...argv), wanted));
