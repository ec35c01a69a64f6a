import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The time limit of a test file, which makes the name of a hanging one known. Slow tests do not reach it. */
const patienceMs = 60 * 60_000;

/** What one test file has compiled, the next one need not. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled') };

/** Runs test files, prints what comes of them, and counts their tests. Suites are not counted. */
export async function runTests(files: readonly string[], concurrency: boolean): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files: [...files], concurrency, timeout: patienceMs, env });
  stream.on('test:pass', ({ skip, details }) => {
    if (details.type === 'suite') return;
    counts[skip === undefined || skip === false ? 'passed' : 'skipped'] += 1;
  });
  stream.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') counts.failed += 1;
  });
  const ended = new Promise((resolve) => stream.on('end', resolve));
  stream.compose(new spec()).pipe(process.stdout, { end: false });
  await ended;
  return counts;
}
