import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandSource } from '../commands/command-source.ts';
import { planCompletion } from './plan-completion.ts';

const spellings = await commandSource.spellings();
/** What is offered behind "ignite" in the place of the last word. */
function offered(line: string) {
  const { candidates, lookUp, prefix } = planCompletion(line.split(' '), spellings);
  const last = line.split(' ').at(-1)!.slice(prefix.length);
  return {
    words: candidates.map(({ text }) => text).filter((text) => text.startsWith(last)),
    lookUp: lookUp.map((choice) => (choice.kind === 'object' ? choice.of : choice.kind)),
    prefix,
  };
}

test('planCompletion: commands and groups of commands, each once', () => {
  assert.deepEqual(offered('imag').words, ['images', 'image']);
  const { words } = offered('image ');
  for (const word of ['import', 'rm', 'ls', 'list']) assert.ok(words.includes(word), word);
  assert.equal(new Set(words).size, words.length);
  assert.ok(offered('vm s').words.includes('start'));
  assert.ok(!offered('').words.includes('settle') && !offered('').words.includes('complete'));
});

test('planCompletion: the flags of the command that may still be given', () => {
  assert.deepEqual(offered('run --mem').words, ['--memory']);
  assert.deepEqual(offered('run --memory 1GB --mem').words, []);
  assert.deepEqual(offered('run --ports 80:80 --por').words, ['--ports']);
  assert.deepEqual(offered('vm run --mem').words, ['--memory']);
  assert.ok(!offered('ps --').words.includes('--memory') && offered('ps --').words.includes('--quiet'));
});

test('planCompletion: what a flag takes, as the next word and behind an equals sign', () => {
  assert.deepEqual(offered('ps --log-level e').words, ['error']);
  assert.deepEqual(offered('ps --log-level=e'), { words: ['error'], lookUp: [], prefix: '--log-level=' });
  assert.deepEqual(offered('run --config ').lookUp, ['file']);
  assert.deepEqual(offered('run --data-dir ').lookUp, ['directory']);
  assert.deepEqual(offered('ps -n ').lookUp, ['Namespace']);
  assert.deepEqual(offered('run -n ').lookUp, []);
  assert.deepEqual(offered('run --name web -n ').lookUp, ['Namespace']);
  assert.deepEqual(offered('apply -f ').lookUp, ['file', 'directory']);
});

test('planCompletion: names of what the command takes', () => {
  assert.deepEqual(offered('rm one ').lookUp, ['VM']);
  assert.deepEqual(offered('--data-dir /d stop ').lookUp, ['VM']);
  assert.deepEqual(offered('vm exec ').lookUp, ['VM']);
  assert.deepEqual(offered('rmi ').lookUp, ['Image']);
  assert.deepEqual(offered('run ').lookUp, ['Image']);
  assert.deepEqual(offered('kernel rm ').lookUp, ['Kernel']);
  assert.deepEqual(offered('inspect image ').lookUp, ['Image']);
  assert.deepEqual(offered('inspect ').lookUp, ['VM']);
  assert.ok(offered('inspect ').words.includes('kernel'));
  assert.deepEqual(offered('get ').lookUp, ['kind']);
  assert.deepEqual(offered('edit ').lookUp, ['key']);
  assert.deepEqual(offered('completion ').words, ['bash', 'zsh', 'fish']);
});

test('planCompletion: behind help stand commands', () => {
  assert.deepEqual(offered('help kernel i').words, ['import', 'inspect']);
  assert.ok(offered('help ').words.includes('run'));
  assert.deepEqual(offered('help run ').words, []);
});

test('planCompletion: architectures', () => {
  assert.deepEqual(offered('run --arch a').words, ['amd64', 'arm64']);
});

test("planCompletion: what is the guest's command is not ours to complete", () => {
  for (const line of ['exec web -- ls -', 'exec web ls -', 'run debian -- --'])
    assert.deepEqual(offered(line), { words: [], lookUp: [], prefix: '' }, line);
});

test('planCompletion: what means nothing is completed with nothing', () => {
  for (const line of ['frob ', 'ps web ', 'run --nosuch='])
    assert.deepEqual(offered(line), { words: [], lookUp: [], prefix: '' }, line);
});
