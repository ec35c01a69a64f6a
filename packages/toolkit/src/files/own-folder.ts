import type { Stats } from 'node:fs';
import { CodedError } from '../errors/coded-error.ts';

const writableByGroup = 0o020;
const writableByOthers = 0o002;

/**
 * Tells whether only root and the current user can change the contents of a folder. Only in such a folder
 * does a name keep its meaning, so that it may be followed or removed.
 */
export function isOwnFolder(found: Stats): boolean {
  const { uid, gid, mode } = found;
  if (!found.isDirectory() || (uid !== 0 && uid !== process.getuid?.())) return false;
  return (mode & writableByOthers) === 0 && ((mode & writableByGroup) === 0 || gid === 0);
}

export type FolderErrorCode = 'FOLDER_UNSAFE';

/**
 * Checks that only root and the current user can change the contents of a folder.
 * @throws CodedError FOLDER_UNSAFE
 */
export function assertOwnFolder(path: string, found: Stats): void {
  if (isOwnFolder(found)) return;
  throw new CodedError<FolderErrorCode>('FOLDER_UNSAFE', `users other than the owner can write to ${path}`, {
    hint: `its content cannot be trusted: use another directory, or make root its only owner ("chown root:root", "chmod go-w") and remove files of other users from it`,
  });
}
