import { DirectorySource } from '../directory/directory-source.ts';
import { type OpenOptions, openGitSource } from '../git/open-git-source.ts';
import type { Source } from '../source/source.ts';
import type { GitSourceObject, SyncObject } from './kinds.ts';

/** Opens what a Sync names: a repository, or a folder of this host. */
export const sourceOpener =
  (options: OpenOptions) =>
  (sync: SyncObject, gitSource: GitSourceObject | undefined): Source => {
    const { source } = sync.spec;
    return 'directory' in source
      ? new DirectorySource(source.directory)
      : openGitSource(sync, gitSource!, options);
  };
