import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command, Flags } from './command.ts';
import { parseCommandLine } from './parse-command-line.ts';

const flags: Flags = {
  all: { type: 'boolean', short: 'a', help: '' },
  name: { type: 'string', short: 'n', help: '' },
  ports: { type: 'list', short: 'p', help: '' },
  ssh: { type: 'optional', help: '' },
  colours: { type: 'list', values: ['red', 'green'], help: '' },
};

const commandNamed = (name: string, passesFlags = false): Command => ({
  name,
  arguments: '',
  arity: { least: 0, most: 9 },
  summary: '',
  examples: [],
  flags,
  passesFlags,
  run: async () => 0,
});

const commands = [
  { words: ['exec'], command: commandNamed('exec', true) },
  { words: ['image', 'ls'], command: commandNamed('image ls') },
  ...['ps', 'run', 'apply'].map((name) => ({ words: [name], command: commandNamed(name) })),
];

async function parse(...argv: readonly string[]) {
  return await parseCommandLine(argv, {
    find: async (words) =>
      commands.find(
        ({ words: [first, second] }) => first === words[0] && (second ?? words[1]) === words[1],
      ) ?? {
        words,
        command: undefined,
      },
    isGroup: (word) => word === 'image',
    spellings: async () => commands,
  });
}

test('parseCommandLine: short flags are combined, and values follow them at once or as a word', async () => {
  const line = await parse('ps', '-aq', '-nweb', '-p', '80:80', '-p81:81');
  assert.ok(line.flags.isSet('all') && line.flags.isSet('quiet'));
  assert.equal(line.flags.text('name'), 'web');
  assert.deepEqual(line.flags.list('ports'), ['80:80', '81:81']);
});

test('parseCommandLine: flags stand before, between and behind', async () => {
  const line = await parse('--name', 'x', '--data-dir=/d', 'run', 'debian', '--ssh');
  assert.equal(line.command?.name, 'run');
  assert.deepEqual(line.args, ['debian']);
  assert.equal(line.flags.text('name'), 'x');
  assert.equal(line.flags.text('data-dir'), '/d');
  assert.ok(line.flags.isSet('ssh') && line.flags.text('ssh') === undefined);
});

test('parseCommandLine: each value of a list is one of those that there are, also with commas', async () => {
  const line = await parse('ps', '--colours', 'Red,green', '--colours', 'red');
  assert.deepEqual(line.flags.list('colours'), ['red,green', 'red']);
  await assert.rejects(parse('ps', '--colours', 'red,gren'), {
    code: 'USAGE_INVALID',
    message: '--colours: unknown value "gren"',
    hint: 'did you mean "green"?',
  });
});

test('parseCommandLine: an optional value is only taken behind an equals sign', async () => {
  const line = await parse('run', '--ssh=/k.pub', '--ssh', 'debian');
  assert.deepEqual(line.args, ['debian']);
  assert.equal((await parse('run', '--ssh=/k.pub')).flags.text('ssh'), '/k.pub');
});

test('parseCommandLine: a flag is on or off as Go reads it, and off is as if it was not given', async () => {
  const { flags } = await parse('ps', '--all=false', '-q=1', '--ssh=false');
  assert.ok(!flags.isSet('all') && flags.isSet('quiet') && flags.text('ssh') === 'false');
  assert.equal(flags.switch('all', true), false);
  assert.equal((await parse('ps')).flags.switch('all', true), true);
});

test('parseCommandLine: a value out of a closed set is taken in any letter case', async () => {
  assert.equal((await parse('ps', '--log-level', 'WARN')).flags.text('log-level'), 'warn');
  await assert.rejects(parse('ps', '--log-level=inof'), { hint: 'did you mean "info"?' });
});

for (const [written, meant] of [
  ['--nmae', 'did you mean --name? see "ignite run --help"'],
  ['--col', 'did you mean --colours? see "ignite run --help"'],
  ['--publish', 'did you mean --ports? see "ignite run --help"'],
  ['--hostname', 'did you mean --name? see "ignite run --help"'],
  ['--disk', 'see "ignite run --help"'],
  ['--rm', 'see "ignite run --help"'],
] as const)
  test(`parseCommandLine: whoever writes ${written} is told: ${meant}`, async () => {
    await assert.rejects(parse('run', `${written}=x`), { message: `unknown flag: ${written}`, hint: meant });
  });

test('parseCommandLine: names of two words', async () => {
  const line = await parse('image', '-q', 'ls', 'x');
  assert.equal(line.command?.name, 'image ls');
  assert.deepEqual(line.args, ['x']);
});

test('parseCommandLine: everything behind -- is passed on', async () => {
  const line = await parse('run', 'busybox', '--', 'sh', '-c', 'ls --all', '--', '-q');
  assert.deepEqual(line.args, ['busybox']);
  assert.deepEqual(line.rest, ['sh', '-c', 'ls --all', '--', '-q']);
});

test('parseCommandLine: where a command takes a command, its flags are not ours', async () => {
  const line = await parse('exec', '-n', 'x', 'my-vm', 'ls', '-la', '--', 'y');
  assert.deepEqual(line.args, ['my-vm']);
  assert.deepEqual(line.rest, ['ls', '-la', '--', 'y']);
  assert.deepEqual((await parse('exec', 'my-vm', '--', 'ls', '-l')).rest, ['ls', '-l']);
});

test('parseCommandLine: a dash alone is an argument, and nothing at all is help', async () => {
  assert.deepEqual((await parse('apply', '-')).args, ['-']);
  assert.equal((await parse()).command, undefined);
});

for (const bad of [
  ['--nosuch'],
  ['-z'],
  ['-az'],
  ['--all=yes'],
  ['-a=maybe'],
  ['--log-level=loud'],
  ['--name'],
  ['-p'],
  ['--constructor'],
]) {
  test(`parseCommandLine: ${bad.join(' ')} is refused`, async () => {
    await assert.rejects(parse('ps', ...bad), { code: 'USAGE_INVALID' });
  });
}
