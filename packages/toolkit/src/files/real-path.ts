import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The kernel's limit of symlinks in a path (path_resolution(7)). */
const linkLimit = 40;

/**
 * Returns where a path leads when all symlinks are followed; the path, or the end of it, need not exist.
 * Returns `undefined` where that cannot be determined.
 */
export async function realPathOf(path: string, links = 0): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ENOENT' || links > linkLimit) return undefined;
  }
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  const folder = await realPathOf(dirname(path), links + 1);
  if (folder === undefined) return undefined;
  return isLink
    ? await realPathOf(resolve(folder, await readlink(path)), links + 1)
    : join(folder, basename(path));
}
