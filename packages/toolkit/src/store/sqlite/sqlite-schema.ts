import type { DatabaseSync } from 'node:sqlite';
import { movedEvent, oldEventKind } from '../moved-event.ts';
import { keyOf } from '../next-object.ts';
import { storeTooNew } from '../store.ts';
import { type UpgradeObject, groupInText, soundObject } from '../stored-row.ts';

type Migration = (db: DatabaseSync, upgrade: UpgradeObject) => void;

/** The steps from each version of the schema to the next. A version is the number of steps that were taken. */
const migrations: readonly Migration[] = [
  createTables,
  addGroups,
  moveEvents,
  () => {}, // the last step leads to the objects of today from those of every schema
  () => {},
  upgradeObjects,
];

/** Returns the version of the schema; 0 if the file has none. */
export const schemaVersionOf = (db: DatabaseSync): number =>
  Number(db.prepare('PRAGMA user_version').get()?.['user_version']);

/** Tells whether the schema is one that this program would bring up to date before it uses it. */
export const isOutdated = (db: DatabaseSync): boolean => schemaVersionOf(db) < migrations.length;

/**
 * Checks that this program knows the schema.
 * @throws CodedError STORE_TOO_NEW
 */
export const assertKnown = (db: DatabaseSync, path: string): void =>
  assertKnownVersion(schemaVersionOf(db), path);

/**
 * Checks that this program knows a version of the schema.
 * @throws CodedError STORE_TOO_NEW
 */
export function assertKnownVersion(version: number, path: string): void {
  if (version > migrations.length) throw storeTooNew(path, version, migrations.length);
}

/** Brings the schema up to date, each step in a transaction of its own. */
export function migrate(db: DatabaseSync, upgrade: UpgradeObject): void {
  while (isOutdated(db)) {
    db.exec('BEGIN IMMEDIATE');
    try {
      const version = schemaVersionOf(db); // another process may have taken the step meanwhile
      migrations[version]?.(db, upgrade);
      db.exec(`PRAGMA user_version = ${Math.max(version, Math.min(version + 1, migrations.length))}; COMMIT`);
    } catch (failure) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw failure;
    }
  }
}

function createTables(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE objects (
      kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
      PRIMARY KEY (kind, namespace, name)
    ) WITHOUT ROWID;
    CREATE TABLE changes (
      revision INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, type TEXT NOT NULL, json TEXT NOT NULL
    );
  `);
}

/**
 * Adds the group to the keys, an index of uids, and a window of changes for each kind. The group of a record
 * that is damaged is that of another record of its kind, because each kind was in one group.
 */
function addGroups(db: DatabaseSync): void {
  db.function('group_in', (json) => groupInText(String(json)) ?? null);
  db.exec(`
    CREATE TEMP TABLE groups AS
      SELECT kind, max(group_in(json)) AS api_group
      FROM (SELECT kind, json FROM objects UNION ALL SELECT kind, json FROM changes) GROUP BY kind;
    CREATE TABLE grouped_objects (
      api_group TEXT NOT NULL, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
      uid TEXT NOT NULL, json TEXT NOT NULL,
      PRIMARY KEY (api_group, kind, namespace, name)
    ) WITHOUT ROWID;
    INSERT INTO grouped_objects
      SELECT coalesce(group_in(json), api_group, ''), kind, namespace, name,
        CASE WHEN json_valid(json) THEN coalesce(json_extract(json, '$.metadata.uid'), '') ELSE '' END, json
      FROM objects LEFT JOIN groups USING (kind);
    DROP TABLE objects;
    ALTER TABLE grouped_objects RENAME TO objects;
    CREATE INDEX objects_by_uid ON objects (uid);

    ALTER TABLE changes ADD COLUMN api_group TEXT NOT NULL DEFAULT '';
    UPDATE changes SET api_group = coalesce(
      group_in(json), (SELECT api_group FROM groups WHERE groups.kind = changes.kind), ''
    );
    CREATE INDEX changes_by_kind ON changes (api_group, kind, revision);
    -- The revision up to which the changes of a kind, or of all kinds (''), are no longer kept.
    CREATE TABLE forgotten (
      api_group TEXT NOT NULL, kind TEXT NOT NULL, revision INTEGER NOT NULL, PRIMARY KEY (api_group, kind)
    ) WITHOUT ROWID;
    INSERT INTO forgotten VALUES ('', '', coalesce((SELECT min(revision) - 1 FROM changes), 0));
    DROP TABLE groups;
  `);
}

/** Turns events into those of Kubernetes' group. What is not legible among them is dropped: it is history. */
function moveEvents(db: DatabaseSync): void {
  const old = [oldEventKind.group, oldEventKind.kind];
  const rows = db.prepare('SELECT json FROM objects WHERE api_group = ? AND kind = ?').all(...old);
  const insert = db.prepare('INSERT OR IGNORE INTO objects VALUES (?, ?, ?, ?, ?, ?)');
  for (const { json } of rows) {
    const event = movedEvent(String(json));
    if (!event) continue;
    const { group, kind, namespace, name } = keyOf(event);
    insert.run(group, kind, namespace, name, event.metadata.uid, JSON.stringify(event));
  }
  db.prepare('DELETE FROM objects WHERE api_group = ? AND kind = ?').run(...old);
}

/**
 * Upgrades the objects, whose namespaces and names may change with that. Whoever watches a kind of which an object has
 * changed has to list it anew.
 */
function upgradeObjects(db: DatabaseSync, upgrade: UpgradeObject): void {
  // A new revision has the snapshot written anew.
  db.exec("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'changes'");
  const remove = db.prepare(
    'DELETE FROM objects WHERE api_group = ? AND kind = ? AND namespace = ? AND name = ?',
  );
  const insert = db.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)');
  const forget = db.prepare(
    "INSERT OR REPLACE INTO forgotten VALUES (?, ?, (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'changes'))",
  );
  for (const { api_group: group, kind, namespace, name, json } of db.prepare('SELECT * FROM objects').all()) {
    const old = soundObject(String(json));
    const next = old && upgrade(old);
    if (next === undefined || next === old) continue;
    remove.run(group!, kind!, namespace!, name!);
    const { metadata } = next;
    insert.run(group!, kind!, metadata.namespace, metadata.name, metadata.uid, JSON.stringify(next));
    forget.run(group!, kind!);
  }
}
