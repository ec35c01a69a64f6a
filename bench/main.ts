import { benchApi } from './api.ts';
import { benchClock } from './clock.ts';
import { benchClusterCreate } from './cluster-create.ts';
import { benchGitops } from './gitops.ts';
import { benchGuest } from './guest.ts';
import { benchImport } from './import.ts';
import { benchImportLegacy } from './import-legacy.ts';
import { benchPool } from './pool.ts';
import { benchPs } from './ps.ts';
import { benchRun } from './run.ts';
import { benchStreams } from './streams.ts';
import { benchWarm } from './warm.ts';

/**
 * The benchmarks by name. All of them run unless some are named, and each figure comes with its ratio. They
 * need root, and a checkout after scripts/setup.
 */
const benchmarks = {
  ps: benchPs,
  import: benchImport,
  'import-legacy': benchImportLegacy,
  run: benchRun,
  warm: benchWarm,
  pool: benchPool,
  gitops: benchGitops,
  guest: benchGuest,
  streams: benchStreams,
  clock: benchClock,
  api: benchApi,
  'cluster-create': benchClusterCreate,
};
const chosen = process.argv.slice(2);
for (const [name, bench] of Object.entries(benchmarks)) {
  if (chosen.length === 0 || chosen.includes(name)) await bench();
}
