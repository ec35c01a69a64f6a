import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './run-tests.ts';

/** What came of a test file that ran in a lane. */
export interface Report {
  readonly file: string;
  readonly seconds: number;
  readonly output: string;
  readonly outcome: Outcome;
}

/** The memory that the VMs and programs of one test file may need. */
const laneBytes = 4 * 2 ** 30;

/** The number of test files that this machine can run at once. */
const laneCount = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / laneBytes)));

/**
 * Runs test files, as many at once as the machine can, in the order in which they are given. Each has a
 * lane, which is like a machine of its own, so that it neither sees nor disturbs the others.
 */
export async function runInLanes(files: readonly string[], tell: (report: Report) => void): Promise<void> {
  await using folders = laneFolders();
  const waiting = [...files];
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
      tell(await runInLane(file, folders.next()));
  };
  await Promise.all(Array.from({ length: laneCount }, lane));
}

async function runInLane(file: string, folder: string): Promise<Report> {
  const begun = performance.now();
  const command = [process.execPath, join(import.meta.dirname, 'test-file.ts'), file];
  const child = spawn(join(import.meta.dirname, 'lane'), [folder, ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (part: string) => (output += part));
  let outcome: Outcome | undefined;
  child.once('message', (told) => (outcome = told as Outcome));
  const [code, signal] = await once(child, 'close');
  return {
    file,
    seconds: (performance.now() - begun) / 1_000,
    output,
    outcome: outcome ?? {
      counts: { passed: 0, failed: 1, skipped: 0 },
      failures: [`${file} ended with ${signal ?? code} before it told what came of its tests`],
    },
  };
}

/**
 * Creates folders for lanes. They are removed by a process that outlives this one, so none is left when
 * this one is killed.
 */
function laneFolders(): AsyncDisposable & { readonly next: () => string } {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-lanes-'));
  const remover = spawn('sh', ['-c', 'cat; until rm -rf "$0"; do sleep 1; done', dir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  let made = 0;
  return {
    next: () => {
      const folder = join(dir, String((made += 1)));
      mkdirSync(folder);
      return folder;
    },
    [Symbol.asyncDispose]: async () => {
      remover.stdin.end();
      await once(remover, 'close');
    },
  };
}
