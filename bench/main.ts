import { benchClock } from './clock.ts';
import { benchGitops } from './gitops.ts';
import { benchGuest } from './guest.ts';
import { benchImport } from './import.ts';
import { benchImportLegacy } from './import-legacy.ts';
import { benchPs } from './ps.ts';
import { benchRun } from './run.ts';

/** Every figure with its ratio, from one run; names of benchmarks choose some. Needs root and a set-up checkout. */
const benchmarks = {
  ps: benchPs,
  import: benchImport,
  'import-legacy': benchImportLegacy,
  run: benchRun,
  gitops: benchGitops,
  guest: benchGuest,
  clock: benchClock,
};
const chosen = process.argv.slice(2);
for (const [name, bench] of Object.entries(benchmarks)) {
  if (chosen.length === 0 || chosen.includes(name)) await bench();
}
