import { runTests } from './run-tests.ts';

/** Runs one test file, and tells what came of its tests to the process that asked for it. */
process.send?.(await runTests([process.argv[2]!], 1));
process.disconnect?.();
