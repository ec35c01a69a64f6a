import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  watch as watchFile,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { ApiObject } from '../object/meta.ts';
import { created, isGone, keyOf, markedDeleted, patched, renamed, updated } from './next-object.ts';
import { type SnapshotFile, SnapshotWriter } from './snapshot.ts';
import {
  type BrokenObject,
  type Key,
  type ListResult,
  type MendableStore,
  type NewObject,
  type ObjectPatch,
  type ObjectStore,
  type Selector,
  type WatchEvent,
  alreadyExists,
  notFound,
  revisionTooOld,
  storeEmpty,
} from './store.ts';
import { type ProblemOf, RowDecoder, type StoredRow } from './stored-row.ts';

const schemaVersion = 1;
const privateMode = 0o600;
/** The suffixes of the files beside an open database: its log, and the log's index. */
const companions = ['-wal', '-shm'];
const busyTimeoutMs = 30_000;
const changesKept = 10_000;
/** The number of retries, since a writer may come or go between a look at the database and one at its log. */
const readOnlyTries = 3;
/**
 * The time in milliseconds after which a change is seen that inotify does not report, as on some network file
 * systems.
 */
const pollMs = 1_000;

const schema = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS objects (
    kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (kind, namespace, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS changes (
    revision INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, type TEXT NOT NULL, json TEXT NOT NULL
  );
  PRAGMA user_version = ${schemaVersion};
`;

export interface SqliteOptions {
  readonly problemOf?: ProblemOf;
  /** Called once for each broken record. */
  readonly onBroken?: (broken: BrokenObject) => void;
}

/**
 * Opens the store in the file at `path`, and creates it if needed. Any number of processes may have it open.
 * Only its owner can access it, because whoever can read SQLite's files can also lock them, and so stop
 * everyone. Others read the snapshot, if one is to be kept.
 * @throws CodedError STORE_EMPTY
 */
export function openSqliteStore(
  path: string,
  options: SqliteOptions & { readonly snapshot?: SnapshotFile } = {},
): MendableStore {
  if (!isThere(path)) makeStore(path);
  keepPrivate(path);
  return new SqliteStore(path, new DatabaseSync(path, { timeout: busyTimeoutMs }), options);
}

/**
 * Opens a store for reading, which needs no privilege beyond reading the file. Returns `undefined` if it does
 * not exist.
 * @throws CodedError STORE_EMPTY
 */
export function openSqliteStoreReadOnly(path: string, options: SqliteOptions = {}): ObjectStore | undefined {
  if (!isThere(path)) return undefined;
  return new SqliteStore(path, openReadOnly(path), { ...options, readOnly: true });
}

/**
 * Creates a store. The file appears with its complete schema, so an empty file is never a store that is being
 * created.
 */
function makeStore(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  const draft = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.draft`;
  try {
    closeSync(openSync(draft, 'wx', privateMode));
    using db = new DatabaseSync(draft);
    db.exec(schema);
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

/** Returns the version of the schema; 0 if the file has none. */
const schemaVersionOf = (db: DatabaseSync): unknown =>
  db.prepare('PRAGMA user_version').get()?.['user_version'];

/**
 * Tells whether the log's index cannot be created: SQLITE_READONLY or, on a full disk, SQLITE_IOERR, with
 * their extended codes.
 */
const lacksIndex = (failure: unknown): boolean =>
  failure instanceof Error && 'errcode' in failure && [8, 10].includes(Number(failure.errcode) & 0xff);

/**
 * Keeps objects in SQLite in WAL mode. Each write is one transaction, which also appends to the log of
 * changes that watches read.
 */
class SqliteStore implements MendableStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #decoder: RowDecoder;
  readonly #statements = new Map<string, StatementSync>();
  readonly #snapshot: SnapshotWriter | undefined;

  constructor(
    path: string,
    db: DatabaseSync,
    options: SqliteOptions & { readonly readOnly?: true; readonly snapshot?: SnapshotFile },
  ) {
    this.#path = path;
    this.#db = db;
    this.#decoder = new RowDecoder(options.problemOf, options.onBroken);
    if (schemaVersionOf(db) === 0) {
      db.close();
      throw storeEmpty(path);
    }
    if (options.readOnly) return;
    db.exec('PRAGMA synchronous = FULL');
    if (!options.snapshot) return;
    this.#snapshot = new SnapshotWriter(options.snapshot, () => this.#rows());
    if (this.#snapshot.revision !== this.#revision()) this.#snapshot.update();
  }

  async get(key: Key): Promise<ApiObject> {
    return this.#read(key);
  }

  async list(kind: string, selector?: Selector): Promise<ListResult> {
    const { revision, rows } = this.#rows('WHERE kind = ?', kind);
    return { revision, ...this.#decoder.all(rows, selector) };
  }

  async create(object: NewObject): Promise<ApiObject> {
    return this.#write(() => {
      const key = keyOf(object);
      if (this.#row(key)) throw alreadyExists(key);
      return ['ADDED', created(object, this.#revision() + 1, new Date().toISOString())];
    });
  }

  async update(object: ApiObject): Promise<ApiObject> {
    return this.#write(() => {
      const next = updated(this.#read(keyOf(object)), object, this.#revision() + 1);
      return [isGone(next) ? 'DELETED' : 'MODIFIED', next];
    });
  }

  async patch(key: Key, patch: ObjectPatch): Promise<ApiObject> {
    return this.#write(() => {
      const next = patched(this.#read(key), patch, this.#revision() + 1);
      return [isGone(next) ? 'DELETED' : 'MODIFIED', next];
    });
  }

  async rename(key: Key, name: string): Promise<ApiObject> {
    return this.#transact(() => {
      const old = this.#read(key);
      const taken = { ...key, name };
      if (this.#row(taken)) throw alreadyExists(taken);
      this.#put('DELETED', old);
      return this.#put('ADDED', renamed(old, name, this.#revision() + 1));
    });
  }

  async delete(key: Key): Promise<ApiObject> {
    return this.#write(() => {
      const next = markedDeleted(this.#read(key), this.#revision() + 1, new Date().toISOString());
      return [isGone(next) ? 'DELETED' : 'MODIFIED', next];
    });
  }

  async mend(object: NewObject): Promise<ApiObject> {
    return this.#write(() => {
      const key = keyOf(object);
      const row = this.#row(key);
      if (!row || this.#decoder.all([row]).broken.length === 0) throw notFound(key);
      return ['MODIFIED', created(object, this.#revision() + 1, new Date().toISOString())];
    });
  }

  async *watch(kind: string, revision: number, signal: AbortSignal): AsyncIterable<WatchEvent> {
    using changed = new FileChange(this.#path);
    let seen = revision;
    while (!signal.aborted) {
      const wake = changed.next(signal);
      // The bound is read first: later writes belong to the next round.
      const upTo = this.#revision();
      const events = this.#changes(kind, seen, upTo);
      for (const event of events) {
        yield event;
        if (signal.aborted) return;
      }
      if (upTo > seen && events.length === 0) yield { type: 'BOOKMARK', revision: upTo };
      seen = Math.max(seen, upTo);
      if (this.#revision() === seen) await wake;
    }
  }

  [Symbol.dispose](): void {
    this.#snapshot?.[Symbol.dispose]();
    this.#db.close();
  }

  /** Returns the changes after `revision`, up to and including `upTo`. */
  #changes(kind: string, revision: number, upTo: number): WatchEvent[] {
    const oldest = this.#prepare('SELECT min(revision) AS oldest FROM changes').get()?.['oldest'];
    if (typeof oldest === 'number' && revision < oldest - 1) throw revisionTooOld(revision);
    return this.#prepare(
      'SELECT revision, type, json FROM changes WHERE revision > ? AND revision <= ? AND kind = ? ORDER BY revision',
    )
      .all(revision, upTo, kind)
      .flatMap((row) => {
        const object = changedObject(row['json']);
        const type = row['type'] as 'ADDED' | 'MODIFIED' | 'DELETED';
        return object ? [{ type, revision: Number(row['revision']), object }] : [];
      });
  }

  /** Prepares a statement once, however often it is run. */
  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #revision(): number {
    const row = this.#prepare("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").get();
    return Number(row?.['seq'] ?? 0);
  }

  /** Reads the rows of one moment, with its revision. */
  #rows(where = '', ...values: readonly string[]): { readonly revision: number; readonly rows: StoredRow[] } {
    this.#db.exec('BEGIN');
    try {
      const sql = `SELECT kind, namespace, name, json FROM objects ${where} ORDER BY kind, namespace, name`;
      const rows = this.#prepare(sql).all(...values);
      return { revision: this.#revision(), rows: rows.map(storedRow) };
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  #row({ kind, namespace = 'default', name }: Key): StoredRow | undefined {
    const row = this.#prepare(
      'SELECT kind, namespace, name, json FROM objects WHERE kind = ? AND namespace = ? AND name = ?',
    ).get(kind, namespace, name);
    return row && storedRow(row);
  }

  #read(key: Key): ApiObject {
    const row = this.#row(key);
    if (!row) throw notFound(key);
    return this.#decoder.one(row);
  }

  /** Decides within the transaction, so that no write comes between the decision and its own write. */
  #write(decide: () => readonly ['ADDED' | 'MODIFIED' | 'DELETED', ApiObject]): ApiObject {
    return this.#transact(() => this.#put(...decide()));
  }

  /** Runs all of `work`, or nothing of it. */
  #transact(work: () => ApiObject): ApiObject {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const object = work();
      this.#db.exec('COMMIT');
      this.#snapshot?.update();
      return object;
    } catch (failure) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw failure;
    }
  }

  #put(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: ApiObject): ApiObject {
    const { kind, namespace, name } = keyOf(object);
    const json = JSON.stringify(object);
    if (type === 'DELETED') {
      this.#prepare('DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?').run(
        kind,
        namespace,
        name,
      );
    } else {
      this.#prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)').run(kind, namespace, name, json);
    }
    this.#prepare('INSERT INTO changes (kind, type, json) VALUES (?, ?, ?)').run(kind, type, json);
    this.#prepare('DELETE FROM changes WHERE revision <= ?').run(this.#revision() - changesKept);
    return object;
  }
}

const storedRow = ({ kind, namespace, name, json }: Readonly<Record<string, unknown>>): StoredRow => ({
  kind: String(kind),
  namespace: String(namespace),
  name: String(name),
  json: String(json),
});

/** Parses an object of the log of changes. Watches skip an object that this program did not write. */
function changedObject(json: unknown): ApiObject | undefined {
  try {
    return JSON.parse(String(json)) as ApiObject;
  } catch {
    return undefined;
  }
}

/** Reports when SQLite's files change, whichever process changed them. */
class FileChange implements Disposable {
  readonly #watcher;
  #pending = Promise.withResolvers<void>();

  constructor(path: string) {
    this.#watcher = watchFile(dirname(path), (_event, file) => {
      if (file?.startsWith(basename(path))) this.#pending.resolve();
    });
    this.#watcher.on('error', () => this.#pending.resolve());
  }

  /** Resolves at the next change, after a while without one, or when `signal` aborts. */
  next(signal: AbortSignal): Promise<void> {
    this.#pending = Promise.withResolvers<void>();
    const timeout = delay(pollMs, undefined, { signal, ref: true }).catch(() => {});
    return Promise.race([this.#pending.promise, timeout]);
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
  }
}
