import { rename, rmdir, unlink } from 'node:fs/promises';
import type { OpenFolder } from './open-folder.ts';

/** Something is in the way of an entry that is to be moved into a folder. */
export class MergeError extends Error {
  override readonly name = 'MergeError';
}

/**
 * Moves all entries of `from` into `to`, which must be on the same file system. Folders are merged: they take
 * the times of the incoming folder but keep their own permissions, which may keep others out. Anything else
 * is replaced. Symlinks are never followed.
 * @throws MergeError
 */
export async function mergeFolder(from: OpenFolder, to: OpenFolder, signal: AbortSignal): Promise<void> {
  const { atime, mtime } = await from.handle.stat(); // moving entries out changes the times
  for (const name of await from.names()) await mergeEntry(name, from, to, signal);
  await to.handle.utimes(atime, mtime);
}

/**
 * Moves one entry, in the same way.
 * @throws MergeError
 */
export async function mergeEntry(
  name: string | Buffer,
  from: OpenFolder,
  to: OpenFolder,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const [coming, there] = [await from.find(name), await to.find(name)];
  if (!coming) return;
  if (coming.isDirectory() && there?.isDirectory()) {
    await using source = await from.enter(name);
    await using target = await to.enter(name);
    return await mergeFolder(source, target, signal);
  }
  try {
    if (there?.isDirectory()) await rmdir(to.pathOf(name));
    else if (there && coming.isDirectory()) await unlink(to.pathOf(name));
    await rename(from.pathOf(name), to.pathOf(name));
  } catch (failure) {
    throw inTheWay(String(name), failure as NodeJS.ErrnoException);
  }
}

function inTheWay(name: string, failure: NodeJS.ErrnoException): Error {
  const why = reasons[failure.code ?? ''];
  return why === undefined ? failure : new MergeError(`${name} ${why}`, { cause: failure });
}

const reasons: Readonly<Record<string, string>> = {
  ENOTEMPTY: 'is a directory that is not empty, and is not replaced by something else',
  EBUSY: 'is a mount point, and is not replaced',
  EXDEV: 'would be on another file system: copy into that directory separately',
};
