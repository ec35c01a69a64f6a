import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { acquireLock, tryLock } from './process-lock.ts';

const dir = mkdtempSync(join(tmpdir(), 'process-lock-'));
after(() => rmSync(dir, { recursive: true }));
const never = new AbortController().signal;

test('tryLock: one holder at a time, also within a process; names do not meet', () => {
  const held = tryLock(dir, 'a');
  assert.ok(held);
  assert.equal(tryLock(dir, 'a'), undefined);
  tryLock(dir, 'b')?.[Symbol.dispose]();
  tryLock(dir, '../a strange/name')?.[Symbol.dispose]();
  held[Symbol.dispose]();
  const again = tryLock(dir, 'a');
  assert.ok(again);
  again[Symbol.dispose]();
});

test('acquireLock: waits for the holder, and no longer than it is told to', async () => {
  const held = await acquireLock(dir, 'c', never);
  await assert.rejects(acquireLock(dir, 'c', AbortSignal.timeout(60)), /aborted/);
  const waiting = acquireLock(dir, 'c', never);
  held[Symbol.dispose]();
  (await waiting)[Symbol.dispose]();
});

test('acquireLock: a holder that is killed holds nothing', async () => {
  const source = `
    import { tryLock } from '${new URL('./process-lock.ts', import.meta.url).href}';
    globalThis.held = tryLock(process.argv[1], 'd');
    process.stdout.write('held\\n');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', source, dir]);
  await once(holder.stdout, 'data');
  assert.equal(tryLock(dir, 'd'), undefined);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  (await acquireLock(dir, 'd', new AbortController().signal))[Symbol.dispose]();
});
