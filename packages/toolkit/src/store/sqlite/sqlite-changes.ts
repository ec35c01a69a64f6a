import type { GroupKind } from '../../object/group-kind.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { changesKept } from '../change-log.ts';
import type { Row, Statements } from './sqlite-statements.ts';
import { type Change, type ChangeType, revisionTooOld } from '../store.ts';

/** After every so many revisions, the log is cut, because counting its changes takes milliseconds. */
const forgetEvery = 100;

/** The most changes of a page, and the length of text after which no more are added to it. */
const page = { changes: 100, characters: 2 ** 20 };

/** The log of changes in SQLite, which keeps a window for each kind. */
export class SqliteChanges {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The revision of the last change. */
  get revision(): number {
    return Number(
      this.#statements.row("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")?.['seq'] ?? 0,
    );
  }

  /** Returns the revision of the change. */
  append({ group, kind }: GroupKind, type: ChangeType, json: string): number {
    const revision = this.#statements.insert(
      'INSERT INTO changes (api_group, kind, type, json) VALUES (?, ?, ?, ?)',
      ...[group, kind, type, json],
    );
    if (revision % forgetEvery === 0) this.#forget();
    return revision;
  }

  /**
   * Returns the first changes of a kind after one revision, up to and including another, and the revision up to which
   * these are all.
   * @throws CodedError REVISION_TOO_OLD
   */
  page({ group, kind }: GroupKind, revision: number, upTo: number): ChangesPage {
    const forgotten = this.#statements.row(
      "SELECT max(revision) AS revision FROM forgotten WHERE kind = '' OR (api_group = ? AND kind = ?)",
      group,
      kind,
    );
    if (revision < Number(forgotten?.['revision'])) throw revisionTooOld(String(revision));
    const rows = this.#statements.iterate(
      `SELECT revision, type, json FROM changes
       WHERE api_group = ? AND kind = ? AND revision > ? AND revision <= ? ORDER BY revision LIMIT ${page.changes}`,
      ...[group, kind, revision, upTo],
    );
    const read: Row[] = [];
    let characters = 0;
    for (const row of rows) {
      read.push(row);
      characters += String(row['json']).length;
      if (characters >= page.characters) break;
    }
    const isFull = read.length === page.changes || characters >= page.characters;
    return { changes: read.flatMap(changeOf), upTo: isFull ? Number(read.at(-1)!['revision']) : upTo };
  }

  /** Returns the changes of all kinds after one revision, up to and including another, unless they are forgotten. */
  all(revision: number, upTo: number): readonly Change[] {
    return this.#statements
      .rows(
        'SELECT revision, type, json FROM changes WHERE revision > ? AND revision <= ? ORDER BY revision',
        ...[revision, upTo],
      )
      .flatMap(changeOf);
  }

  /** Drops the changes of all kinds that are beyond the windows of their kinds. */
  #forget(): void {
    const full = this.#statements.rows(
      `SELECT api_group, kind FROM changes GROUP BY api_group, kind HAVING count(*) > ${changesKept}`,
    );
    for (const { api_group, kind } of full) this.#forgetKind(String(api_group), String(kind));
  }

  #forgetKind(group: string, kind: string): void {
    const oldest = this.#statements.row(
      `SELECT revision FROM changes WHERE api_group = ? AND kind = ?
       ORDER BY revision DESC LIMIT 1 OFFSET ${changesKept}`,
      ...[group, kind],
    )?.['revision'];
    const values = [group, kind, Number(oldest)];
    this.#statements.run('DELETE FROM changes WHERE api_group = ? AND kind = ? AND revision <= ?', ...values);
    this.#statements.run('INSERT OR REPLACE INTO forgotten VALUES (?, ?, ?)', ...values);
  }
}

export interface ChangesPage {
  readonly changes: readonly Change[];
  readonly upTo: number;
}

/** Returns a change of the log. Watches skip an object that this program did not write. */
function changeOf({ revision, type, json }: Row): readonly Change[] {
  try {
    const object = JSON.parse(String(json)) as KubeObject;
    return [{ type: type as ChangeType, revision: String(revision), object }];
  } catch {
    return [];
  }
}
