import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { inspect } from 'node:util';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What came of tests. Suites are not counted. */
export interface Outcome {
  readonly counts: Counts;
  /** The name of each test that failed, and why it did. */
  readonly failures: readonly string[];
}

/** The time limit of a test file, which makes the name of a hanging one known. Slow tests do not reach it. */
const patienceMs = 20 * 60_000;

/** What one test file has compiled, the next one need not. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled') };

/** Runs test files, `concurrency` of them at once, and prints what comes of them. */
export async function runTests(files: readonly string[], concurrency: number): Promise<Outcome> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const stream = run({ files: [...files], concurrency, timeout: patienceMs, env });
  stream.on('test:pass', ({ skip, details }) => {
    if (details.type === 'suite') return;
    counts[skip === undefined || skip === false ? 'passed' : 'skipped'] += 1;
  });
  stream.on('test:fail', ({ name, details: { type, error } }) => {
    if (type === 'suite') return;
    counts.failed += 1;
    failures.push(`${name}\n${inspect(error.cause ?? error)}`);
  });
  const ended = new Promise((resolve) => stream.on('end', resolve));
  stream.compose(new spec()).pipe(process.stdout, { end: false });
  await ended;
  return { counts, failures };
}
