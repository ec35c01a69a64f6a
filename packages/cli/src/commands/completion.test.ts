import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { FlagValues } from '../arguments/command.ts';
import { completion } from './completion.ts';

async function scriptFor(shell: string): Promise<string> {
  const out = new PassThrough();
  const io = { out, err: out, isTty: false, isColoured: false, env: {} };
  await completion.run({
    flags: new FlagValues(new Map()),
    args: [shell],
    rest: [],
    io,
    signal: new AbortController().signal,
  });
  return String(out.read());
}

test('completion: bash offers commands, flags, and nothing twice', async () => {
  const script = await scriptFor('bash');
  const complete = (words: readonly string[]): readonly string[] => {
    const array = words.map((word) => `"${word}"`).join(' ');
    const program = `${script}\nCOMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _ignite; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).split('\n').filter(Boolean);
  };
  assert.deepEqual(complete(['ignite', 'ru']), ['run']);
  assert.deepEqual(
    complete(['ignite', 'kern']),
    ['kernels', 'kernel'].filter((name) => complete(['ignite', 'kern']).includes(name)),
  );
  assert.ok(complete(['ignite', 'run', '--mem']).includes('--memory'));
  assert.ok(complete(['ignite', 'ps', '--fil']).includes('--filter'));
});

test('completion: the shells that are here accept their scripts', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = await scriptFor(shell);
    assert.ok(script.includes('ignite ps -a --format'), shell);
    const found = spawnSync(shell, ['-n'], { input: script });
    if (found.error) t.diagnostic(`${shell} is not installed here`);
    else assert.equal(found.status, 0, `${shell}: ${found.stderr.toString()}`);
  }
});
