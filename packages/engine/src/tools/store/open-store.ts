import { accessSync, constants, rmSync, statSync } from 'node:fs';
import { AwaitedStore, type OpenReader } from '@ignite/toolkit/store/awaited-store';
import type { GroupKind } from '@ignite/toolkit/object/group-kind';
import { SnapshotReader } from '@ignite/toolkit/store/snapshot';
import { SplitReader, SplitStore } from '@ignite/toolkit/store/split-store';
import { openSqliteStore, openSqliteStoreReadOnly } from '@ignite/toolkit/store/sqlite/sqlite-store';
import type { BrokenObject, MendableStore } from '@ignite/toolkit/store/store';
import { RowDecoder, type RowOptions } from '@ignite/toolkit/store/stored-row';
import { readHostSettings } from '../host/host-settings.ts';
import { type Paths, snapshotPath, storePath } from '../host/paths.ts';
import { objectProblem as problemOf } from './object-problem.ts';
import { upgradeObject } from './upgrade-object.ts';

/** Is called for each damaged record of the store. */
export type OnBroken = (broken: BrokenObject) => void;

/**
 * Kinds that are true on one host only: what lies in its data directory, the Syncs that keep this very host as a
 * source says, and what they declare besides VMs. Each host has its own, wherever the other kinds are.
 */
const isLocal = ({ kind }: GroupKind): boolean =>
  [
    ...['Image', 'Kernel', 'Volume', 'Snapshot', 'WarmPool', 'GitSource', 'Sync'],
    ...['Namespace', 'ConfigMap', 'Secret'], // Secrets are encrypted with a key of this host
  ].includes(kind);

/**
 * Opens the store for writing, after the settings of this host have been settled.
 * @throws CodedError STORE_URL_INVALID, STORE_FILE_UNREADABLE
 */
export async function openStore(paths: Paths, onBroken?: OnBroken): Promise<MendableStore> {
  const store = readHostSettings(paths)?.store;
  if (store === undefined) return openLocal(paths, onBroken);
  const { openEtcd } = await import('./open-etcd.ts'); // imported lazily, to keep hosts without etcd fast
  const shared = openEtcd(store, decodingFor(onBroken));
  return new SplitStore({ local: openLocal(paths, onBroken), shared, isLocal });
}

/** The group of the data directory may read its snapshot, unless the group is root's. */
function openLocal(paths: Paths, onBroken?: OnBroken): MendableStore {
  const { gid } = statSync(paths.dataDir);
  const snapshot = snapshotPath(paths);
  if (gid === 0) rmSync(snapshot, { force: true });
  return openSqliteStore(storePath(paths), {
    ...decodingFor(onBroken),
    upgrade: upgradeObject,
    ...(gid !== 0 && { snapshot: { path: snapshot, gid } }),
  });
}

/** Returns the store for reading, which is opened when it is first read, and is empty until this host has one. */
export const storeToRead = (paths: Paths, onBroken?: OnBroken): OpenReader =>
  new AwaitedStore(() => openStoreToRead(paths, onBroken));

/**
 * Opens the store for reading. Returns `undefined` if this host has none yet.
 * @throws CodedError STORE_URL_INVALID, STORE_FILE_UNREADABLE
 */
async function openStoreToRead(paths: Paths, onBroken?: OnBroken): Promise<OpenReader | undefined> {
  const store = readHostSettings(paths)?.store;
  const local = openLocalToRead(paths, onBroken);
  if (store === undefined || local === undefined) return local;
  const { openEtcd } = await import('./open-etcd.ts');
  return new SplitReader({ local, shared: openEtcd(store, decodingFor(onBroken)), isLocal });
}

/** Opens the store itself or, for users who may not open it, its snapshot. */
function openLocalToRead(paths: Paths, onBroken?: OnBroken): OpenReader | undefined {
  if (!isReadable(storePath(paths)) && isReadable(snapshotPath(paths)))
    return new SnapshotReader(snapshotPath(paths), new RowDecoder(decodingFor(onBroken)));
  return openSqliteStoreReadOnly(storePath(paths), { ...decodingFor(onBroken), upgrade: upgradeObject });
}

const decodingFor = (onBroken: OnBroken | undefined): RowOptions => ({
  problemOf,
  ...(onBroken && { onBroken }),
});

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
