import type { DatabaseSync, StatementSync } from 'node:sqlite';

type Value = string | number;
export type Row = Readonly<Record<string, unknown>>;

/** Runs statements, each of which is prepared once, however often it is run. */
export class Statements {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  run(sql: string, ...values: readonly Value[]): void {
    this.#prepare(sql).run(...values);
  }

  /** Returns the number of the row that was inserted. */
  insert(sql: string, ...values: readonly Value[]): number {
    return Number(this.#prepare(sql).run(...values).lastInsertRowid);
  }

  row(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#prepare(sql).get(...values);
  }

  rows(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#prepare(sql).all(...values);
  }

  iterate(sql: string, ...values: readonly Value[]): Iterable<Row> {
    return this.#prepare(sql).iterate(...values);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql) ?? this.#db.prepare(sql);
    this.#prepared.set(sql, known);
    return known;
  }
}
