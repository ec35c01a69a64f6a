import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globalFlags } from '../arguments/parse-command-line.ts';
import { commandHelp, overviewHelp } from '../render/help.ts';
import { allCommands, findCommand } from './registry.ts';

test('findCommand: every spelling of the original leads to its command', async () => {
  for (const [words, name] of [
    ['ps', 'ps'],
    ['vm ps', 'ps'],
    ['vms', 'vm ls'],
    ['image ls', 'images'],
    ['image list', 'images'],
    ['rmi', 'image rm'],
    ['rmk', 'kernel rm'],
    ['kernel import', 'kernel import'],
    ['vm run', 'run'],
  ] as const) {
    assert.equal((await findCommand(words.split(' '))).command?.name, name, words);
  }
});

test('findCommand: a slip is answered with what was meant', async () => {
  await assert.rejects(findCommand(['kernals']), { hint: 'did you mean "ignite kernels"?' });
  await assert.rejects(findCommand(['frobnicate']), { code: 'USAGE_INVALID' });
});

test('allCommands: each explains itself, and no flag of its own takes a letter twice', async () => {
  const commands = await allCommands();
  const overview = overviewHelp(commands);
  for (const command of commands) {
    assert.ok(command.examples.length > 0, command.name);
    assert.ok(overview.includes(command.summary), command.name);
    const help = commandHelp(command);
    for (const [name, flag] of Object.entries({ ...command.flags, ...globalFlags })) {
      assert.ok(help.includes(`--${name}`), `${command.name} --${name}`);
      assert.ok(flag.help !== '', `${command.name} --${name}`);
    }
    const shorts = Object.values(command.flags).flatMap(({ short }) => short ?? []);
    assert.equal(new Set(shorts).size, shorts.length, command.name);
  }
});
