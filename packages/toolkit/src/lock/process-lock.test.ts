import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { acquireLock, isLocked, tryLock } from './process-lock.ts';

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

test('isLocked: a holder is seen for as long as it holds', () => {
  assert.equal(isLocked(dir, 'e'), false);
  assert.ok(!existsSync(join(dir, 'e.lock')), 'whoever looks leaves nothing');
  const held = tryLock(dir, 'e');
  assert.equal(isLocked(dir, 'e'), true);
  held?.[Symbol.dispose]();
  assert.equal(isLocked(dir, 'e'), false);
});

test('isLocked: of two who look at once none sees a holder, and whoever waits for the lock gets it', async () => {
  tryLock(dir, 'f')?.[Symbol.dispose]();
  const looking = new DatabaseSync(join(dir, 'f.lock'), { readOnly: true });
  looking.exec('BEGIN; SELECT 1 FROM sqlite_schema');
  assert.equal(isLocked(dir, 'f'), false);
  const waiting = acquireLock(dir, 'f', never);
  assert.equal(tryLock(dir, 'f'), undefined, 'the other still looks');
  looking.close();
  (await waiting)[Symbol.dispose]();
});

test('isLocked: processes that look all the time see no holder', async () => {
  tryLock(dir, 'g')?.[Symbol.dispose]();
  const source = `
    import { isLocked } from '${new URL('./process-lock.ts', import.meta.url).href}';
    let seen = 0;
    for (const end = Date.now() + 300; Date.now() < end;) if (isLocked(process.argv[1], 'g')) seen += 1;
    process.exit(seen === 0 ? 0 : 1);`;
  const lookers = [1, 2].map(() => spawn(process.execPath, ['--input-type=module', '-e', source, dir]));
  const ends = await Promise.all(lookers.map((looker) => once(looker, 'exit')));
  assert.deepEqual(
    ends.map(([status]) => status),
    [0, 0],
  );
});
