import type { DatabaseSync } from 'node:sqlite';
import type { GroupKind } from '../../object/group-kind.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { created, isGone, keyOf, markedDeleted, patched, renamed, updated } from '../next-object.ts';
import { type SnapshotFile, SnapshotWriter, type StoreContent } from '../snapshot.ts';
import { ChangeNews } from './change-news.ts';
import { SqliteChanges } from './sqlite-changes.ts';
import { openDatabase, openDatabaseReadOnly } from './sqlite-file.ts';
import { assertKnownVersion } from './sqlite-schema.ts';
import { Statements } from './sqlite-statements.ts';
import { type Put, type Transact, WriteQueue } from './write-queue.ts';
import {
  type Change,
  type DeleteOptions,
  type Key,
  type ListResult,
  type MendableStore,
  type NewObject,
  type ObjectPatch,
  type ObjectStore,
  type Revision,
  type Selector,
  type WatchEvent,
  alreadyExists,
  notFound,
} from '../store.ts';
import { RowDecoder, type RowOptions, type StoredRow, type UpgradeObject } from '../stored-row.ts';

export interface SqliteOptions extends RowOptions {
  /** Is applied once to each object that a program with an older schema has stored. */
  readonly upgrade?: UpgradeObject;
}

const asItIs: UpgradeObject = (object) => object;

/**
 * Opens the store in the file at `path`, and creates it if needed. Any number of processes may have it open.
 * Only its owner can access it, because whoever can read SQLite's files can also lock them, and so stop
 * everyone. Others read the snapshot, if one is to be kept.
 * @throws CodedError STORE_EMPTY, STORE_TOO_NEW
 */
export function openSqliteStore(
  path: string,
  options: SqliteOptions & { readonly snapshot?: SnapshotFile } = {},
): MendableStore {
  const db = openDatabase(path, options.upgrade ?? asItIs);
  db.exec('PRAGMA synchronous = FULL');
  return new SqliteStore(path, db, options);
}

/**
 * Opens a store for reading, which needs no privilege beyond reading the file. Returns `undefined` if it does
 * not exist.
 * @throws CodedError STORE_EMPTY, STORE_TOO_NEW
 */
export function openSqliteStoreReadOnly(path: string, options: SqliteOptions = {}): ObjectStore | undefined {
  const db = openDatabaseReadOnly(path, options.upgrade ?? asItIs);
  return db && new SqliteStore(path, db, { ...options, readsOnce: true });
}

/**
 * Keeps objects in SQLite in WAL mode. Each write also appends to the log of changes that watches read, in the same
 * transaction.
 */
class SqliteStore implements MendableStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #statements: Statements;
  readonly #changes: SqliteChanges;
  readonly #news: ChangeNews;
  readonly #decoder: RowDecoder;
  readonly #snapshot: SnapshotWriter | undefined;
  readonly #writes = new WriteQueue((work) => this.#transact(work));

  constructor(path: string, db: DatabaseSync, options: SqliteOptions & { readonly snapshot?: SnapshotFile }) {
    this.#path = path;
    this.#db = db;
    this.#statements = new Statements(db);
    this.#changes = new SqliteChanges(this.#statements);
    this.#news = new ChangeNews(path, this.#changes);
    this.#decoder = new RowDecoder(options);
    if (!options.snapshot) return;
    this.#snapshot = new SnapshotWriter(options.snapshot, () => this.#rows());
    if (this.#snapshot.revision !== this.#changes.revision) this.#snapshot.update();
  }

  async get(key: Key): Promise<KubeObject> {
    return this.#read(key);
  }

  async list({ group, kind }: GroupKind, selector: Selector = {}): Promise<ListResult> {
    const { revision, rows } = this.#rows({ api_group: group, kind, ...indexed(selector) });
    return { revision: String(revision), ...this.#decoder.all(rows, selector) };
  }

  async create(object: NewObject): Promise<KubeObject> {
    return await this.#writes.write(() => {
      const key = keyOf(object);
      if (this.#row(key)) throw alreadyExists(key);
      return [['ADDED', created(object, this.#next(), new Date().toISOString())]];
    });
  }

  async update(object: KubeObject): Promise<KubeObject> {
    return await this.#writes.write(() => changed(updated(this.#read(keyOf(object)), object, this.#next())));
  }

  async patch(key: Key, patch: ObjectPatch): Promise<KubeObject> {
    return await this.#writes.write(() => changed(patched(this.#read(key), patch, this.#next())));
  }

  async rename(key: Key, name: string): Promise<KubeObject> {
    return await this.#writes.write(() => {
      const old = this.#read(key);
      const taken = { ...key, name };
      if (this.#row(taken)) throw alreadyExists(taken);
      return [
        ['DELETED', old],
        ['ADDED', renamed(old, name, this.#next() + 1)],
      ];
    });
  }

  async delete(key: Key, options?: DeleteOptions): Promise<KubeObject> {
    return await this.#writes.write(() => {
      const now = new Date().toISOString();
      return changed(markedDeleted(this.#read(key), this.#next(), now, options?.resourceVersion));
    });
  }

  async mend(object: NewObject): Promise<KubeObject> {
    return await this.#writes.write(() => {
      const key = keyOf(object);
      const row = this.#row(key);
      if (!row || this.#decoder.all([row]).broken.length === 0) throw notFound(key);
      return [['ADDED', created(object, this.#next(), new Date().toISOString())]];
    });
  }

  watch(kind: GroupKind, revision: Revision, signal: AbortSignal): AsyncIterable<WatchEvent> {
    return this.#news.watch(kind, Number(revision), signal);
  }

  [Symbol.dispose](): void {
    this.#writes.flush();
    this.#news[Symbol.dispose]();
    this.#snapshot?.[Symbol.dispose]();
    this.#db.close();
  }

  /** Returns the revision of the next write. */
  #next(): number {
    return this.#changes.revision + 1;
  }

  /** Reads the rows of one moment that have these values in their columns, with its revision. */
  #rows(columns: Partial<Readonly<Record<Column, string>>> = {}): StoreContent {
    const names = Object.keys(columns).map((name) => `${name} = ?`);
    this.#statements.run('BEGIN');
    try {
      const rows = this.#statements.rows(
        `SELECT ${rowColumns} FROM objects WHERE ${names.join(' AND ') || 'TRUE'}
         ORDER BY api_group, kind, namespace, name`,
        ...Object.values(columns),
      );
      return { revision: this.#changes.revision, rows: rows as unknown as readonly StoredRow[] };
    } finally {
      this.#statements.run('COMMIT');
    }
  }

  #row({ group, kind, namespace = 'default', name }: Key): StoredRow | undefined {
    const row = this.#statements.row(
      `SELECT ${rowColumns} FROM objects WHERE ${isAtKey}`,
      ...[group, kind, namespace, name],
    );
    return row as StoredRow | undefined;
  }

  #read(key: Key): KubeObject {
    const row = this.#row(key);
    if (!row) throw notFound(key);
    return this.#decoder.one(row);
  }

  /** Runs all of `work`, or nothing of it. */
  #transact(work: Parameters<Transact>[0]): void {
    const changes: Change[] = [];
    this.#statements.run('BEGIN IMMEDIATE');
    try {
      this.#assertKnown(); // a newer program may have migrated the open database
      work((...put) => this.#put(put, changes));
      this.#statements.run('COMMIT');
    } catch (failure) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw failure;
    }
    if (changes.length === 0) return;
    this.#snapshot?.update();
    // A tick that a microtask asks for comes after all microtasks: whoever waits for a write goes on before those who watch are told, in one turn.
    queueMicrotask(() => process.nextTick(() => this.#news.tell(changes)));
  }

  #assertKnown(): void {
    assertKnownVersion(Number(this.#statements.row('PRAGMA user_version')?.['user_version']), this.#path);
  }

  #put([type, object]: Put, changes: Change[]): KubeObject {
    const { group, kind, namespace, name } = keyOf(object);
    const key = [group, kind, namespace, name] as const;
    const json = JSON.stringify(object);
    switch (type) {
      case 'ADDED': // in the place of a damaged record, if it mends that
        this.#statements.run(
          'INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)',
          ...[...key, object.metadata.uid, json],
        );
        break;
      case 'MODIFIED': // which leaves the index of the uids as it is, so that less is written
        this.#statements.run(`UPDATE objects SET json = ? WHERE ${isAtKey}`, json, ...key);
        break;
      case 'DELETED':
        this.#statements.run(`DELETE FROM objects WHERE ${isAtKey}`, ...key);
        break;
    }
    const revision = String(this.#changes.append({ group, kind }, type, json));
    const written = JSON.parse(json) as KubeObject;
    changes.push({ type, revision, object: written });
    return written;
  }
}

/** Returns the put of an object that has changed, or is gone with that. */
const changed = (object: KubeObject): readonly Put[] => [[isGone(object) ? 'DELETED' : 'MODIFIED', object]];

type Column = 'api_group' | 'kind' | 'namespace' | 'name' | 'uid';

/** Returns the part of a selector that the database answers by itself. */
function indexed({ namespace, fields = {} }: Selector): Partial<Readonly<Record<Column, string>>> {
  const { 'metadata.name': name, 'metadata.uid': uid } = fields;
  return {
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
  };
}

const isAtKey = 'api_group = ? AND kind = ? AND namespace = ? AND name = ?';

/** The columns by the names that a stored row has for them, so that thousands of rows need not be copied. */
const rowColumns = 'api_group AS "group", kind, namespace, name, json';
