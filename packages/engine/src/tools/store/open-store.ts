import { accessSync, constants, rmSync, statSync } from 'node:fs';
import type { OpenReader } from '@ignite/toolkit/store/awaited-store';
import { SnapshotReader } from '@ignite/toolkit/store/snapshot';
import { openSqliteStore, openSqliteStoreReadOnly } from '@ignite/toolkit/store/sqlite/sqlite-store';
import type { BrokenObject, MendableStore } from '@ignite/toolkit/store/store';
import { RowDecoder } from '@ignite/toolkit/store/stored-row';
import { claimFolders } from '../host/claim-folders.ts';
import { type Paths, snapshotPath, storePath } from '../host/paths.ts';
import { objectProblem as problemOf } from './object-problem.ts';
import { upgradeObject } from './upgrade-object.ts';

type OnBroken = (broken: BrokenObject) => void;

/**
 * Opens the store of this host for writing. The group of the data directory may read its snapshot, unless the
 * group is root's.
 */
export function openStore(paths: Paths, onBroken?: OnBroken): MendableStore {
  claimFolders(paths);
  const { gid } = statSync(paths.dataDir);
  const snapshot = snapshotPath(paths);
  if (gid === 0) rmSync(snapshot, { force: true });
  return openSqliteStore(storePath(paths), {
    problemOf,
    upgrade: upgradeObject,
    ...(onBroken && { onBroken }),
    ...(gid !== 0 && { snapshot: { path: snapshot, gid } }),
  });
}

/**
 * Opens the store for reading: the store itself or, for users who may not open it, its snapshot. Returns
 * `undefined` if neither exists.
 */
export function openStoreToRead(paths: Paths, onBroken?: OnBroken): OpenReader | undefined {
  if (!isReadable(storePath(paths)) && isReadable(snapshotPath(paths)))
    return new SnapshotReader(snapshotPath(paths), new RowDecoder(problemOf, onBroken));
  return openSqliteStoreReadOnly(storePath(paths), {
    problemOf,
    upgrade: upgradeObject,
    ...(onBroken && { onBroken }),
  });
}

/** Tells whether there is a store that the current user may not read. */
export function isStoreClosed(paths: Paths): boolean {
  try {
    accessSync(storePath(paths), constants.R_OK);
    return false;
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === 'EACCES' && !isReadable(snapshotPath(paths));
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
