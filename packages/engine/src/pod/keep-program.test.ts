import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sandbox, SandboxObservation } from '../tools/sandbox/sandbox.ts';
import { beginLook, keepProgram } from './keep-program.ts';
import type { ProgramPlace } from './launch-program.ts';
import { podFiles, programFiles } from './pod-files.ts';
import { programSandbox } from './program-sandbox.ts';

const podUid = '0123456789abcdef';
const partial = { state: 'partial' } as const;
const running = { state: 'running', pid: 1 } as const;

/** A clock that goes on while somebody waits. */
function clockAt(beganMs: number) {
  let nowMs = beganMs;
  return { now: () => nowMs, sleep: async (ms: number): Promise<void> => void (nowMs += ms) };
}

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
  await keepProgram(
    { name: 'balancer', fingerprint: 'a', isReadyAtOnce: false, launch, isReady: async () => true },
    { files, identity: programSandbox(podUid, 'balancer'), sandbox },
    beginLook(clockAt(100_000), new AbortController().signal),
  );
  return count;
}

test('a process that is about to execute another program goes on', async () => {
  assert.equal(await launches((look) => (look <= 20 ? partial : running)), 0);
});

test('a start that was cut short is made again', async () => {
  assert.equal(await launches(() => partial), 1);
});

/** Keeps programs that were started at 0, run, and are ready at these times, at a look that begins at `beganMs`. */
async function keep(readyAtMs: readonly number[], beganMs = 0) {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'keep-program-'));
  const launchNote = join(dir.path, 'note');
  writeFileSync(launchNote, JSON.stringify({ fingerprint: 'a', startMs: 0, restarts: 0, quickEnds: 0 }));
  const place = {
    files: { launchNote },
    identity: { uid: 'u' },
    sandbox: { observe: async () => running },
  } as unknown as ProgramPlace;
  const clock = clockAt(beganMs);
  const look = beginLook(clock, new AbortController().signal);
  let asked = 0;
  const kept = [];
  for (const readyMs of readyAtMs) {
    const isReady = async (): Promise<boolean> => ((asked += 1), clock.now() >= readyMs);
    const launch = () => assert.fail('it runs');
    const program = { name: 'api', fingerprint: 'a', isReadyAtOnce: false, launch, isReady };
    const { status, waitMs } = await keepProgram(program, place, look);
    kept.push(`${status.isReady ? 'ready' : 'not ready'}, again after ${waitMs}`);
  }
  return { kept, asked, tookMs: clock.now() - beganMs };
}

test('keepProgram: a program that becomes ready soon after its start is known to be within a tenth of a second', async () => {
  assert.deepEqual(await keep([0]), { kept: ['ready, again after 5000'], asked: 1, tookMs: 0 });
  assert.deepEqual(await keep([420]), { kept: ['ready, again after 5000'], asked: 6, tookMs: 500 });
});

test('keepProgram: the programs of a pod together hold up a look for a second at most', async () => {
  const late = 'not ready, again after 100';
  assert.deepEqual(await keep([60_000, 60_000, 0]), {
    kept: [late, late, 'ready, again after 5000'],
    asked: 12,
    tookMs: 900,
  });
});

test('keepProgram: one that does not become ready for long is asked less often', async () => {
  assert.deepEqual(await keep([Infinity], 30_000), {
    kept: ['not ready, again after 309'],
    asked: 4,
    tookMs: 909,
  });
  const once = ['not ready, again after 1000'];
  assert.deepEqual(await keep([Infinity, Infinity], 3_600_000), {
    kept: [...once, ...once],
    asked: 2,
    tookMs: 0,
  });
});
