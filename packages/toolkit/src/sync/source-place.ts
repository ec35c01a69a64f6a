import { createHash } from 'node:crypto';
import type { Revision } from '../source/source.ts';
import type { GitSourceObject, SyncSpec } from './kinds.ts';

/**
 * Pure. Names the place that a revision was read from: another folder, repository or branch has another name, and so has a
 * folder that came in the place of one of its path, such as a mount point whose file system is gone.
 */
export function sourcePlace(
  { source, path }: Pick<SyncSpec, 'source' | 'path'>,
  gitSource: GitSourceObject | undefined,
  { root }: Pick<Revision, 'root'>,
): string {
  const { url, ref } = gitSource?.spec ?? {};
  const text = JSON.stringify([source, path, url, ref, root]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
