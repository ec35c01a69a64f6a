import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { processStartTime } from './pid.ts';

test('processStartTime: a live process has one, always the same', () => {
  const first = processStartTime(process.pid);
  assert.ok(first !== undefined && first > 0);
  assert.equal(processStartTime(process.pid), first);
});

test('processStartTime: a process that has ended has none, even before its parent looks', async () => {
  const child = spawn('sh', ['-c', 'exec sleep 100']);
  await once(child, 'spawn');
  assert.ok(processStartTime(child.pid!) !== undefined);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(processStartTime(child.pid!), undefined);
});
