import { join } from 'node:path';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import type { OpenOptions } from '@ignite/toolkit/sync-service/open-git-source';
import type { Paths } from '../../tools/host/paths.ts';

/** How sources are opened on this host. Clones are kept in the data directory. */
export const openOptions = (paths: Paths): OpenOptions => ({
  cacheDir: join(paths.dataDir, 'gitops'),
  runner: localRunner,
});
