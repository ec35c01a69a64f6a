import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { remoteLine } from './remote-line.ts';

const dir = mkdtempSync(join(tmpdir(), 'remote-line-'));
after(() => rmSync(dir, { recursive: true }));
symlinkSync('/bin/busybox', join(dir, 'ash'));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** As sshd runs a line for a user whose login shell is `shell`. */
function run(shell: string, line: string, input = ''): Ran {
  const env = { PATH: process.env['PATH'], HOME: dir, SHELL: shell };
  const { status, stdout, stderr } = spawnSync(shell, ['-c', remoteLine(line)], {
    env,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const shells = [
  '/bin/bash',
  '/bin/dash',
  join(dir, 'ash'),
  '/bin/zsh',
  '/usr/bin/fish',
  '/bin/csh',
  '/bin/tcsh',
];
/** As that shell calls its own process. */
const ownPid = (shell: string): string => (shell.endsWith('fish') ? '$fish_pid' : '$$');

for (const shell of shells) {
  const name = shell.split('/').at(-1)!;
  const options = { skip: !existsSync(shell) && `${shell} is not installed` };
  test(`exec ends with 128 and the signal's number, and says nothing of it, under ${name}`, options, () => {
    for (const [signal, status] of [
      ['KILL', 137],
      ['TERM', 143],
    ] as const)
      assert.deepEqual(run(shell, `kill -${signal} ${ownPid(shell)}`), { status, stdout: '', stderr: '' });
  });

  test(
    `exec ends as its command does, whose input, output and errors are ours, under ${name}`,
    options,
    () => {
      assert.deepEqual(run(shell, 'exit 3'), { status: 3, stdout: '', stderr: '' });
      assert.deepEqual(run(shell, 'true'), { status: 0, stdout: '', stderr: '' });
      const loud = "sh -c 'cat; echo err >&2; exit 7'";
      assert.deepEqual(run(shell, loud, 'in\nput'), { status: 7, stdout: 'in\nput', stderr: 'err\n' });
    },
  );

  test(
    `exec hands on quotes, blanks, backslashes and other letters as they are, under ${name}`,
    options,
    () => {
      const line = `printf '%s|' "a  b" 'c"d' '$HOME' 'per%cent' "it's" 'tab	tab' 'ä€'`;
      assert.equal(run(shell, line).stdout, `a  b|c"d|$HOME|per%cent|it's|tab\ttab|ä€|`);
      const ofSh = `a\\b\\\\c\\0101 !d 'e' "f" \`g\` $(h) ~ * ? # & ; | < > %b\nnext`;
      const quoted = `sh -c 'cat'`;
      assert.equal(run(shell, quoted, ofSh).stdout, ofSh);
    },
  );
}

const posix = ['/bin/bash', '/bin/dash', join(dir, 'ash'), '/bin/zsh'];
test('exec hands on lines of several lines, and words in single quotes with all that is special elsewhere', () => {
  const word = `a\\b\\\\c\\0101 !d "f" \`g\` $(h) ~ * ? # & ; | < > %b %s\n\nend\\`;
  for (const shell of posix.filter(existsSync))
    assert.equal(run(shell, `printf %s '${word}'\nprintf %s .`).stdout, `${word}.`, shell);
});

test('what a .bashrc says for ssh is said once, and its variables are there', () => {
  writeFileSync(join(dir, '.bashrc'), 'echo hello; export FROM_RC="$FROM_RC+"');
  const env = { PATH: process.env['PATH'], HOME: dir, SHELL: '/bin/bash', SSH_CLIENT: '192.0.2.1 1 22' };
  const { stdout } = spawnSync('/bin/bash', ['-c', remoteLine('echo $FROM_RC')], { env, encoding: 'utf8' });
  rmSync(join(dir, '.bashrc'));
  assert.equal(stdout, 'hello\n+\n');
});

test('what stays in the background of exec does not hold its standard error open', () => {
  const { status, stderr } = run('/bin/bash', 'ls /proc/self/fd >&2');
  assert.equal(status, 0);
  assert.doesNotMatch(stderr, /^[4-9]$/m, 'but for the folder that ls reads');
});

for (const sh of ['/bin/bash', '/bin/dash', '/bin/busybox', '/bin/zsh'])
  test(`where sh is ${sh}, ^C is the command's own, and its end by a signal is told without a word`, () => {
    const bin = join(dir, sh.replaceAll('/', '-'));
    mkdirSync(bin);
    symlinkSync(sh, join(bin, 'sh'));
    const ran = (line: string): Ran => {
      const { status, stdout, stderr } = spawnSync('setsid', ['-w', '/bin/bash', '-c', remoteLine(line)], {
        env: { PATH: `${bin}:${process.env['PATH']}`, HOME: dir, SHELL: '/bin/bash' },
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    const caught = ran(`trap 'echo caught; exit 9' INT; kill -INT 0; sleep 5; echo late`);
    assert.deepEqual(caught, { status: 9, stdout: 'caught\n', stderr: '' });
    assert.deepEqual(ran('kill -INT 0; sleep 60'), { status: 130, stdout: '', stderr: '' });
    assert.deepEqual(ran('kill -KILL $$'), { status: 137, stdout: '', stderr: '' });
  });
