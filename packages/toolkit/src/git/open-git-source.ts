import { join } from 'node:path';
import type { GitSourceObject, SyncObject } from '../gitops/kinds.ts';
import type { Runner } from '../process/runner.ts';
import { parseDuration } from '../units/duration.ts';
import { GitSource } from './git-source.ts';

export interface OpenOptions {
  /** Where clones are kept, one for each Sync. */
  readonly cacheDir: string;
  readonly runner: Runner;
}

/** The repository that a Sync follows, at the commit to which it is pinned if it is. */
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
