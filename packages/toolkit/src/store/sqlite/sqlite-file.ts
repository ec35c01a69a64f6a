import { chmodSync, closeSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { storeEmpty } from '../store.ts';
import { assertKnown, isOutdated, migrate, schemaVersionOf } from './sqlite-schema.ts';
import type { UpgradeObject } from '../stored-row.ts';

const privateMode = 0o600;
/** The suffixes of the files beside an open database: its log, and the log's index. */
const companions = ['-wal', '-shm'];
const busyTimeoutMs = 30_000;
/** The number of retries, since a writer may come or go between a look at the database and one at its log. */
const readOnlyTries = 3;

/**
 * Opens the database of a store, which is created if needed, private to its owner, and has the current
 * schema.
 * @throws CodedError STORE_EMPTY, STORE_TOO_NEW
 */
export function openDatabase(path: string, upgrade: UpgradeObject): DatabaseSync {
  if (!isThere(path)) makeDatabase(path, upgrade);
  const db = checked(path, new DatabaseSync(path, { timeout: busyTimeoutMs }));
  keepPrivate(path);
  migrate(db, upgrade);
  return db;
}

/**
 * Opens the database of a store for reading, which needs no privilege beyond reading the file, unless its
 * schema is an old one. Returns `undefined` if it does not exist.
 * @throws CodedError STORE_EMPTY, STORE_TOO_NEW
 */
export function openDatabaseReadOnly(path: string, upgrade: UpgradeObject): DatabaseSync | undefined {
  if (!isThere(path)) return undefined;
  const db = checked(path, openReadOnly(path));
  if (!isOutdated(db)) return db;
  db.close();
  openDatabase(path, upgrade).close();
  return openReadOnly(path);
}

/** Returns the database if it is a store of a schema that this program knows; else it is closed. */
function checked(path: string, db: DatabaseSync): DatabaseSync {
  try {
    if (schemaVersionOf(db) === 0) throw storeEmpty(path);
    assertKnown(db, path);
    return db;
  } catch (failure) {
    db.close();
    throw failure;
  }
}

/**
 * Creates a database. The file appears with its complete schema, so an empty file is never a store that is
 * being created.
 */
function makeDatabase(path: string, upgrade: UpgradeObject): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  const draft = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.draft`;
  try {
    closeSync(openSync(draft, 'wx', privateMode));
    using db = new DatabaseSync(draft);
    db.exec('PRAGMA journal_mode = WAL');
    migrate(db, upgrade);
    db.close();
    linkSync(draft, path);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure; // EEXIST: another process was faster
  } finally {
    for (const suffix of ['', ...companions]) rmSync(`${draft}${suffix}`, { force: true });
  }
}

/** Makes the files private. SQLite gives the files beside the database the permissions of the database. */
function keepPrivate(path: string): void {
  for (const file of ['', ...companions].map((suffix) => `${path}${suffix}`)) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found && found.uid === process.getuid?.() && (found.mode & 0o777) !== privateMode)
      chmodSync(file, privateMode);
  }
}

/**
 * Tells whether the store's file exists.
 * @throws if that cannot be determined: a data directory that is a file is not an empty one
 */
function isThere(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw failure;
  }
}

function openReadOnly(path: string): DatabaseSync {
  for (let tries = 0; ; tries += 1) {
    try {
      const db = new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly: true });
      schemaVersionOf(db); // SQLite opens the file only at the first read
      return db;
    } catch (failure) {
      // The log exists while a writer has the database open. When nobody has, only a process that may write
      // here could create it, and the file alone is the whole database (SQLite's wal.html, "Read-Only
      // Databases").
      if (!lacksIndex(failure) || tries === readOnlyTries) throw failure;
      const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
      if (!log || log.size === 0) return openUnchanging(path);
    }
  }
}

function openUnchanging(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return new DatabaseSync(url, { readOnly: true });
}

/**
 * Tells whether the log's index cannot be created: SQLITE_READONLY or, on a full disk, SQLITE_IOERR, with
 * their extended codes.
 */
const lacksIndex = (failure: unknown): boolean =>
  failure instanceof Error && 'errcode' in failure && [8, 10].includes(Number(failure.errcode) & 0xff);
