import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globalFlags } from '../../arguments/global-flags.ts';
import { allCommands } from '../registry.ts';
import { helpAbout } from './help.ts';

const style = { width: 80, bold: false };
const commands = await allCommands();
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

for (const command of commands)
  test(`help ${command.name}: explains itself by example, every flag, and no letter twice`, async () => {
    const help = await helpAbout(command.name.split(' '), style);
    assert.ok(command.examples.length > 0 && command.examples.every((line) => help.includes(`  ${line}\n`)));
    for (const [name, flag] of Object.entries({ ...command.flags, ...globalFlags }))
      assert.ok(help.includes(`--${name}`) && flag.help !== '' && flat(help).includes(flat(flag.help)), name);
    const letters = Object.values(command.flags).flatMap(({ short }) => short ?? []);
    assert.equal(new Set(letters).size, letters.length);
    assert.ok(help.split('\n').every((line) => line.length <= 80 || command.examples.includes(line.trim())));
  });

test('help: lists every command in its group', async () => {
  const overview = flat(await helpAbout([], style));
  for (const { name, summary } of commands)
    assert.ok(overview.includes(flat(`${name} ${summary}`)), `${name} is listed`);
  for (const title of ['VMs:', 'Images:', 'Kernels:', 'GitOps:', 'Host:'])
    assert.ok(overview.includes(title), title);
});

test('help: no line of an overview is wider than the terminal', async () => {
  for (const words of [[], ['ignited'], ['vm']])
    assert.deepEqual(
      (await helpAbout(words, style)).split('\n').filter((line) => line.length > style.width),
      [],
    );
});

test('help: a group word lists its commands, and what it does alone', async () => {
  const vm = await helpAbout(['vm'], style);
  for (const verb of ['run', 'create', 'start', 'stop', 'kill', 'rm', 'ps', 'ls', 'logs', 'attach', 'ssh'])
    assert.match(vm, new RegExp(`^  ${verb} +\\S`, 'm'));
  assert.match(await helpAbout(['image'], style), /Without a subcommand: list images\.\n[^]*^  import +\S/m);
  assert.match(await helpAbout(['gitops'], style), /--branch[^]*|^  status +\S/m);
});

test('help: says what else a command is called', async () => {
  assert.match(await helpAbout(['rmi'], style), /ignite image rm IMAGE[^]*Aliases:\n  ignite rmi\n\n/);
});

test("help: the daemon's name shows what the daemon does", async () => {
  const text = await helpAbout(['ignited'], style);
  for (const name of ['daemon', 'gitops', 'completion', 'version'])
    assert.match(text, new RegExp(`^  ${name} `, 'm'));
  assert.doesNotMatch(text, /^ {2}run /m);
});

test('help: is as wide as the terminal, and bold only where that shows', async () => {
  const narrow = await helpAbout(['run'], { width: 50, bold: false });
  const wide = await helpAbout(['run'], { width: 100, bold: true });
  assert.ok(narrow.split('\n').length > wide.split('\n').length);
  assert.ok(wide.includes('\u001b[1mFlags:\u001b[0m') && !narrow.includes('\u001b'));
});

test('help: our flags stand before what is passed on', async () => {
  assert.match(
    await helpAbout(['run'], style),
    /\n {2}ignite run \[IMAGE\] \[flags\] \[-- COMMAND\.\.\.\]\n/,
  );
  assert.match(await helpAbout(['exec'], style), /\n {2}ignite exec \[flags\] VM COMMAND\.\.\.\n/);
  assert.match(await helpAbout(['logs'], style), /\n {2}ignite logs VM \[flags\]\n/);
});

test('help: a word that names nothing is refused', async () => {
  await assert.rejects(helpAbout(['rnu'], style), { hint: 'did you mean "ignite run"?' });
});
