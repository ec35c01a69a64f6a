import { join } from 'node:path';
import type { pathsOf } from './context.ts';

/** Options of Node for commands, which end soon. */
const forCommands = /^--(?:min-semi-space-size|invocation-count-for-(?:maglev|turbofan))=/;

/**
 * Options of Node for the daemon, which waits most of the time and shall be small: a nursery that is larger than
 * this takes memory and saves no time. At rest, the daemon collects its garbage.
 */
const nodeOptions = [
  '--max-semi-space-size=4',
  '--expose-gc',
  ...process.execArgv.filter((option) => !forCommands.test(option)),
];

/** The command line of the daemon, a program of its own, for this host. */
export function daemonCommand({ dataDir, runDir }: ReturnType<typeof pathsOf>): readonly string[] {
  const isBundled = import.meta.filename.endsWith('.cjs');
  const program = join(import.meta.dirname, isBundled ? 'ignited.cjs' : '../../daemon/src/main.ts');
  return [process.execPath, ...nodeOptions, program, `--data-dir=${dataDir}`, `--run-dir=${runDir}`];
}
