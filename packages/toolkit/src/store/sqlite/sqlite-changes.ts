import type { GroupKind } from '../../object/group-kind.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { changesKept } from '../change-log.ts';
import type { Statements } from './sqlite-statements.ts';
import { type Change, type ChangeType, revisionTooOld } from '../store.ts';

/** After every so many revisions, the log is cut, because counting its changes takes milliseconds. */
const forgetEvery = 100;

/** More changes of a kind are not kept for others who watch it. */
const mostKept = 100;

/** The log of changes in SQLite, which keeps a window for each kind. */
export class SqliteChanges {
  readonly #statements: Statements;
  /**
   * What was read last of each kind, since those who watch a kind all read the same. It is kept until memory is
   * collected.
   */
  #last = new WeakRef(new Map<string, ReadChanges>());

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The revision of the last change. */
  get revision(): number {
    return Number(
      this.#statements.row("SELECT seq FROM sqlite_sequence WHERE name = 'changes'")?.['seq'] ?? 0,
    );
  }

  append({ group, kind }: GroupKind, type: ChangeType, json: string): void {
    this.#statements.run(
      'INSERT INTO changes (api_group, kind, type, json) VALUES (?, ?, ?, ?)',
      group,
      kind,
      type,
      json,
    );
    if (this.revision % forgetEvery === 0) this.#forget();
  }

  /**
   * Returns the changes of a kind after one revision, up to and including another.
   * @throws CodedError REVISION_TOO_OLD
   */
  between(kind: GroupKind, revision: number, upTo: number): readonly Change[] {
    const id = `${kind.group}/${kind.kind}`;
    const last = this.#last.deref() ?? new Map<string, ReadChanges>();
    const known = last.get(id);
    if (known?.revision === revision && known.upTo === upTo) return known.changes;
    const changes = this.#read(kind, revision, upTo);
    if (changes.length <= mostKept) last.set(id, { revision, upTo, changes });
    if (last !== this.#last.deref()) this.#last = new WeakRef(last);
    return changes;
  }

  #read({ group, kind }: GroupKind, revision: number, upTo: number): readonly Change[] {
    const forgotten = this.#statements.row(
      "SELECT max(revision) AS revision FROM forgotten WHERE kind = '' OR (api_group = ? AND kind = ?)",
      group,
      kind,
    );
    if (revision < Number(forgotten?.['revision'])) throw revisionTooOld(String(revision));
    return this.#statements
      .rows(
        `SELECT revision, type, json FROM changes
         WHERE api_group = ? AND kind = ? AND revision > ? AND revision <= ? ORDER BY revision`,
        ...[group, kind, revision, upTo],
      )
      .flatMap((row) => {
        const object = changedObject(row['json']);
        const type = row['type'] as ChangeType;
        return object ? [{ type, revision: String(row['revision']), object }] : [];
      });
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

interface ReadChanges {
  readonly revision: number;
  readonly upTo: number;
  readonly changes: readonly Change[];
}

/** Parses an object of the log of changes. Watches skip an object that this program did not write. */
function changedObject(json: unknown): KubeObject | undefined {
  try {
    return JSON.parse(String(json)) as KubeObject;
  } catch {
    return undefined;
  }
}
