import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runInLanes } from './lanes.ts';
import { type Outcome, runTests } from './run-tests.ts';

/**
 * Unit tests come first. The end-to-end tests follow, in lanes, since each takes a machine for its own. Tests
 * on Kubernetes are the last of them: what they run takes minutes to build on a new machine, which goes on
 * behind the others.
 */
const root = join(import.meta.dirname, '..');
process.chdir(root);
const only = process.argv.slice(2);
const chosen = (patterns: readonly string[]): readonly string[] =>
  globSync(patterns)
    .filter((file) => only.length === 0 || only.some((part) => file.includes(part)))
    .sort();

/** The test files that take longest. They are begun first, lest one of them goes on alone at the end. */
const longest = [
  'fuzz',
  'completion',
  'topology',
  'scale',
  'snapshots',
  'firecracker',
  'suspend',
  'runtimes',
  'crash',
  'hostile-guest',
  'arm64',
  'volumes',
  'changes',
  'gitops',
  'restarts',
];
/** The test files whose programs may still be built. Each of the others is begun before them. */
const onKubernetes = chosen([
  'test/kubernetes/*.test.ts',
  'test/e2e/{hosted-control-plane,cluster,cluster-template,control-planes,management-cluster}.test.ts',
]);
const rank = (file: string): number => {
  if (onKubernetes.includes(file)) return longest.length + 1;
  const at = longest.indexOf(/([^/]+)\.test\.ts$/.exec(file)?.[1] ?? '');
  return at === -1 ? longest.length : at;
};
const inOrder = (files: readonly string[]): readonly string[] => files.toSorted((a, b) => rank(a) - rank(b));

if (onKubernetes.length > 0) {
  const asked = onKubernetes.some((file) => file.startsWith('test/e2e/')) ? ['cluster'] : [];
  spawn(process.execPath, ['scripts/build-kubernetes.ts', ...asked], { stdio: 'ignore' });
}

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const add = (more: Outcome): void => {
  for (const key of ['passed', 'failed', 'skipped'] as const) counts[key] += more.counts[key];
  failures.push(...more.failures);
};

const unit = chosen(['packages/*/src/**/*.test.ts', 'scripts/*.test.ts', 'test/fuzz/*.test.ts']).filter(
  (file) => !file.includes('.integration.'),
);
if (unit.length > 0) add(await runTests(inOrder(unit), availableParallelism()));

const inLanes = chosen(['packages/*/src/**/*.integration.test.ts', 'test/{e2e,kubernetes}/*.test.ts']);
await runInLanes(inOrder(inLanes), (report) => {
  console.log(`\n${report.file} (${Math.round(report.seconds)} s)\n${report.output.trimEnd()}`);
  add({
    ...report.outcome,
    failures: report.outcome.failures.map((failure) => `${report.file}: ${failure}`),
  });
});
// What failed is told again at the end, where it is found first and where a shortened log still has it.
for (const failure of failures) console.log(`\n✖ ${failure}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
