import { extname, join } from 'node:path';

/** The program that reads sources in a thread of its own. It is beside this file. Bundled, it is that of the CLI, which is the same. */
export const sourceWorker = join(import.meta.dirname, `source-worker${extname(import.meta.filename)}`);
