import { join } from 'node:path';
import { DirectorySource } from '../directory/directory-source.ts';
import { type OpenOptions, openGitSource } from './open-git-source.ts';
import { OciSource } from '../oci/oci-source.ts';
import type { Source } from '../source/source.ts';
import type { GitSourceObject, SyncObject } from '../sync/kinds.ts';

const artifactTimeoutMs = 60_000;

/** Opens the source that a Sync names: a repository, a folder of this host, or an artifact. */
export const sourceOpener =
  (options: OpenOptions) =>
  (sync: SyncObject, gitSource: GitSourceObject | undefined): Source => {
    const { source } = sync.spec;
    if ('directory' in source) return new DirectorySource(source.directory);
    if ('gitSource' in source) return openGitSource(sync, gitSource!, options);
    const cacheDir = join(options.cacheDir, sync.metadata.uid);
    return new OciSource(
      { artifact: source.ociArtifact, timeoutMs: artifactTimeoutMs, cacheDir },
      options.runner,
    );
  };
