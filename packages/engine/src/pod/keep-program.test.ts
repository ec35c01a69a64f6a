import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sandbox, SandboxObservation } from '../tools/sandbox/sandbox.ts';
import { keepProgram } from './keep-program.ts';
import type { ProgramPlace } from './launch-program.ts';
import { podFiles, programFiles } from './pod-files.ts';
import { programSandbox } from './program-sandbox.ts';

const podUid = '0123456789abcdef';
const partial = { state: 'partial' } as const;
const running = { state: 'running', pid: 1 } as const;

/** Keeps a program that was started a while ago, and is seen like that one time after the other. Returns how often it was started again. */
async function launches(seen: (look: number) => SandboxObservation): Promise<number> {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'keep-program-'));
  const paths = { dataDir: join(dir.path, 'data'), runDir: join(dir.path, 'run') };
  const files = programFiles(podFiles(paths, podUid), 'balancer');
  mkdirSync(files.runDir, { recursive: true });
  const note = { fingerprint: 'a', startMs: 0, restarts: 0, quickEnds: 0 };
  writeFileSync(files.launchNote, JSON.stringify(note));
  let [looks, count] = [0, 0];
  const observe = async (): Promise<SandboxObservation> => seen((looks += 1));
  const sandbox = { observe } as Partial<Sandbox> as Sandbox;
  const launch = async (): Promise<void> => void (count += 1);
  const clock = { now: () => 100_000, sleep: async () => {} };
  await keepProgram(
    { name: 'balancer', fingerprint: 'a', isReadyAtOnce: false, launch, isReady: async () => true },
    { files, identity: programSandbox(podUid, 'balancer'), sandbox },
    clock,
    new AbortController().signal,
  );
  return count;
}

test('a process that is about to execute another program goes on', async () => {
  assert.equal(await launches((look) => (look <= 20 ? partial : running)), 0);
});

test('a start that was cut short is made again', async () => {
  assert.equal(await launches(() => partial), 1);
});

/** Keeps a program that runs and is ready after `readyMs`. */
async function keep(readyMs: number) {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'keep-program-'));
  const launchNote = join(dir.path, 'note');
  writeFileSync(launchNote, JSON.stringify({ fingerprint: 'a', startMs: 0, restarts: 0, quickEnds: 0 }));
  const place = {
    files: { launchNote },
    identity: { uid: 'u' },
    sandbox: { observe: async () => ({ state: 'running', pid: 1 }) },
  } as unknown as ProgramPlace;
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: async (ms: number): Promise<void> => void (nowMs += ms) };
  const program = {
    ...{ name: 'api', fingerprint: 'a', isReadyAtOnce: false },
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
