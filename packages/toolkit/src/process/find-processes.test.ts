import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { findProcesses } from './find-processes.ts';

test('processes are found by their command lines, argument by argument', async () => {
  const child = spawn('sleep', ['1000', '0.0123']);
  await once(child, 'spawn'); // by then the child has executed its program
  const isOurs = (argv: readonly string[]): boolean =>
    argv.length === 3 && argv[0] === 'sleep' && argv[2] === '0.0123';
  try {
    assert.deepEqual(await findProcesses(isOurs), [child.pid]);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
  assert.deepEqual(await findProcesses(isOurs), []);
});
