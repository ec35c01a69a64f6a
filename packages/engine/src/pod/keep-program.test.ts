import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sandbox, SandboxObservation } from '../tools/sandbox/sandbox.ts';
import { keepProgram } from './keep-program.ts';
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
