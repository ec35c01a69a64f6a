import { extname, join } from 'node:path';

const extension = extname(import.meta.filename);

/** The program that reads sources in a thread of its own. It is beside this file, or bundled beside the daemon. */
export const sourceWorker = join(
  import.meta.dirname,
  `${extension === '.ts' ? '' : 'daemon-'}source-worker${extension}`,
);
