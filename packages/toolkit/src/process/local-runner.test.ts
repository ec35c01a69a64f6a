import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { bytes } from '../units/bytes.ts';
import { localRunner } from './local-runner.ts';
import { ToolFailedError } from './runner.ts';

const signal = new AbortController().signal;
const shell = (script: string) => ({ tool: 'sh', args: ['-c', script] });

test('localRunner: output, input, environment and folder reach the tool', async () => {
  const command = {
    ...shell('cat; echo " $GREETING $PWD"; echo oops >&2'),
    stdin: 'in',
    env: { GREETING: 'hi' },
    cwd: '/tmp',
  };
  assert.deepEqual(await localRunner.run(command, signal), { stdout: 'in hi /tmp\n', stderr: 'oops\n' });
});

test('localRunner: arguments are not read by any shell', async () => {
  const args = ['%s', '$(id) `id` ; rm *'];
  assert.equal((await localRunner.run({ tool: 'printf', args }, signal)).stdout, args[1]);
});

test('localRunner: a tool that fails is told of with its status and last words', async () => {
  await assert.rejects(
    localRunner.run(shell('echo first >&2; echo last words >&2; exit 3'), signal),
    (failure) =>
      failure instanceof ToolFailedError &&
      failure.exitCode === 3 &&
      failure.message === 'sh exited with 3: last words',
  );
});

test('what a tool read, such as a password, is not in its failure, however that is printed', async () => {
  const failing = localRunner.run({ tool: 'false', args: [], stdin: 's3cret' }, signal);
  await assert.rejects(failing, (failure) => {
    assert.ok(failure instanceof ToolFailedError);
    assert.doesNotMatch(inspect(failure, { depth: 9 }), /s3cret/);
    return true;
  });
});

test('localRunner: a tool that is not installed is named', async () => {
  await assert.rejects(localRunner.run({ tool: 'no-such-tool', args: [] }, signal), { code: 'TOOL_MISSING' });
});

test('localRunner: a tool may end before it has read its input', async () => {
  assert.equal((await localRunner.run({ ...shell('exit 0'), stdin: 'x'.repeat(1e6) }, signal)).stdout, '');
});

test('localRunner: an abort ends the tool with its children, also those that ignore a polite word', async () => {
  const stop = new AbortController();
  let pid = 0;
  const onStderr = (text: string): void => {
    pid = Number(text);
    stop.abort(new Error('enough'));
  };
  const run = localRunner.run(
    { ...shell('trap "" TERM; sh -c \'trap "" TERM; echo $$ >&2; while :; do sleep 1; done\''), onStderr },
    stop.signal,
  );
  await assert.rejects(run, /enough/);
  assert.ok(pid > 0);
  await untilEnded(pid); // the tool's child ends too
});

test('localRunner: a daemon that keeps the pipes open does not keep us waiting', async () => {
  const { stdout } = await localRunner.run(shell('sleep infinity & echo $!'), signal);
  assert.ok(isRunning(Number(stdout)), 'it goes on');
  process.kill(Number(stdout), 'SIGKILL');
});

test('localRunner: a file of a tool becomes no larger than it may', async () => {
  const command = {
    tool: 'sh',
    args: ['-c', 'exec head -c 100000 /dev/zero >"$1"', 'sh'],
    fileSizeLimit: bytes(4_096),
  };
  const dir = mkdtempSync(join(tmpdir(), 'ignite-runner-'));
  try {
    const file = join(dir, 'file');
    const run = localRunner.run({ ...command, args: [...command.args, file] }, new AbortController().signal);
    await assert.rejects(run, ToolFailedError);
    assert.equal(statSync(file).size, 4_096);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('localRunner: when we are killed the tool ends with us', async () => {
  const program = `
    import { localRunner } from ${JSON.stringify(join(import.meta.dirname, 'local-runner.ts'))};
    const onStderr = (text) => process.stdout.write(text);
    await localRunner.run({ tool: 'sh', args: ['-c', 'echo $$ >&2; exec sleep infinity'], onStderr }, new AbortController().signal);`;
  const us = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = await once(us.stdout, 'data');
  assert.ok(isRunning(Number(pid)));
  us.kill('SIGKILL');
  await once(us, 'exit');
  await untilEnded(Number(pid));
});

async function untilEnded(pid: number): Promise<void> {
  while (isRunning(pid)) await delay(10);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
