import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess, processStartTime, processState } from './pid.ts';

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

test('processStartTime: a process of which only the first thread has ended is there still', async () => {
  // The first thread ends before the others, as when the kernel tears a process down: exit(2) itself ends the
  // calling thread only.
  const program = 'use threads; threads->create(sub { sleep 100 }); print "up\n"; syscall(60, 0)';
  const child = spawn('perl', ['-e', `$| = 1; ${program}`]);
  await once(child.stdout, 'data');
  while (!processState(child.pid!)?.isEnding) await delay(1);
  assert.ok(processStartTime(child.pid!) !== undefined);
  await endProcess(child.pid!, new AbortController().signal);
  assert.equal(processStartTime(child.pid!), undefined);
  assert.equal(processState(child.pid!), undefined);
});
