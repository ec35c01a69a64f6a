import { join } from 'node:path';
import type { GitSourceObject, SyncObject } from '../sync/kinds.ts';
import type { Runner } from '../process/runner.ts';
import { parseDuration } from '../units/duration.ts';
import { GitSource } from '../git/git-source.ts';

export interface OpenOptions {
  /** The folder where clones are kept, one for each Sync. */
  readonly cacheDir: string;
  readonly runner: Runner;
}

/** Opens the repository that a Sync follows, at the pinned commit if the Sync is pinned. */
export function openGitSource(
  { metadata, spec: { pin } }: SyncObject,
  gitSource: GitSourceObject,
  { cacheDir, runner }: OpenOptions,
): GitSource {
  const { url, ref, timeout, auth, verify, submodules } = gitSource.spec;
  const options = {
    url,
    ref: pin === undefined ? ref : { ...ref, commit: pin },
    auth,
    ...(verify && { verify }),
    submodules,
    timeoutMs: parseDuration(timeout),
    cacheDir: join(cacheDir, metadata.uid),
  };
  return new GitSource(options, runner);
}
