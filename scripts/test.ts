import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/**
 * Unit tests run in parallel. The end-to-end tests follow one at a time, since they share the machine with
 * their VMs.
 */
const root = join(import.meta.dirname, '..');
process.chdir(root);
const only = process.argv.slice(2);
/** The time limit of a test file, which makes the name of a hanging one known. Slow tests do not reach it. */
const patienceMs = 60 * 60_000;
const suites = [
  {
    files: globSync(['packages/*/src/**/*.test.ts', 'scripts/*.test.ts', 'test/fuzz/*.test.ts']).filter(
      (file) => !file.includes('.integration.'),
    ),
    concurrency: true,
  },
  { files: globSync(['packages/*/src/**/*.integration.test.ts', 'test/e2e/*.test.ts']), concurrency: false },
];

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { files, concurrency } of suites) {
  const chosen = files.filter((file) => only.length === 0 || only.some((part) => file.includes(part))).sort();
  if (chosen.length === 0) continue;
  await new Promise<void>((resolve) => {
    const stream = run({ files: chosen, concurrency, timeout: patienceMs });
    stream.on('test:pass', ({ skip, details }) => {
      if (details.type === 'suite') return;
      counts[skip === undefined || skip === false ? 'passed' : 'skipped'] += 1;
    });
    stream.on('test:fail', ({ details }) => {
      if (details.type !== 'suite') counts.failed += 1;
    });
    stream.on('end', resolve);
    stream.compose(new spec()).pipe(process.stdout, { end: false });
  });
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
