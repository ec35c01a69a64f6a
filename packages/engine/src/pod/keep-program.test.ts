import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keepProgram } from './keep-program.ts';
import type { ProgramPlace } from './launch-program.ts';

const dir = mkdtempSync(join(tmpdir(), 'keep-program-'));
after(() => rmSync(dir, { recursive: true }));
const fingerprint = 'f';

/** Keeps a program that runs and is ready after `readyMs`. */
async function keep(readyMs: number) {
  const launchNote = join(dir, 'note');
  writeFileSync(launchNote, JSON.stringify({ fingerprint, startMs: 0, restarts: 0, quickEnds: 0 }));
  const place = {
    files: { launchNote },
    identity: { uid: 'u' },
    sandbox: { observe: async () => ({ state: 'running', pid: 1 }) },
  } as unknown as ProgramPlace;
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: async (ms: number): Promise<void> => void (nowMs += ms) };
  const program = {
    ...{ name: 'api', fingerprint, isReadyAtOnce: false },
    launch: () => assert.fail('it runs'),
    isReady: async () => nowMs >= readyMs,
  };
  const { status, waitMs } = await keepProgram(program, place, clock, new AbortController().signal);
  return { isReady: status.isReady, waitMs, nowMs };
}

test('keepProgram: a program that becomes ready is known to be within a tenth of a second', async () => {
  assert.deepEqual(await keep(0), { isReady: true, waitMs: 5_000, nowMs: 0 });
  assert.deepEqual(await keep(420), { isReady: true, waitMs: 5_000, nowMs: 500 });
});

test('keepProgram: one that does not is looked at again with its pod after a second', async () => {
  assert.deepEqual(await keep(60_000), { isReady: false, waitMs: 100, nowMs: 1_000 });
});
