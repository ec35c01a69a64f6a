import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertArity } from './assert-arity.ts';
import type { CommandDescription } from './command.ts';

const command = (operands: string, least: number, most: number): CommandDescription => ({
  name: 'run',
  arguments: operands,
  arity: { least, most },
  summary: '',
  examples: [],
  flags: {},
});

test('assertArity: who forgets "--" before the command for the guest is shown where it goes', () => {
  const run = command('[IMAGE] [-- COMMAND...]', 0, 1);
  assertArity(run, ['alpine']);
  assert.throws(() => assertArity(run, ['alpine', 'echo', 'it works']), {
    message: '"ignite run" takes 0 to 1 arguments, not 3',
    hint: `put "--" before the command for the VM: ignite run alpine -- echo 'it works'`,
  });
});

for (const [operands, least, most, args, message] of [
  ['NAME', 1, 1, [], '"ignite run" takes 1 argument, not 0'],
  ['VM...', 1, Infinity, [], '"ignite run" takes at least 1 argument, not 0'],
  ['SRC DST', 2, 2, ['a'], '"ignite run" takes 2 arguments, not 1'],
  ['VM [NAME]', 1, 2, ['a', 'b', 'c'], '"ignite run" takes 1 to 2 arguments, not 3'],
] as const)
  test(`assertArity: of ${operands}, ${args.length} are refused`, () => {
    assert.throws(() => assertArity(command(operands, least, most), args), {
      message,
      hint: `usage: ignite run ${operands}; see "ignite run --help"`,
    });
  });
