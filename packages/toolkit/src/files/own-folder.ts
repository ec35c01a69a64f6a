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
  throw new CodedError<FolderErrorCode>('FOLDER_UNSAFE', `others than its owner may write to ${path}`, {
    hint: `what is in it may be anybody's: name another folder, or see to it that it is root's alone ("chown root:root", "chmod go-w") and that nothing in it is of others`,
  });
}
