import { groupKindOf, type GroupKind } from '../object/group-kind.ts';
import { type Change, revisionTooOld } from './store.ts';

/** The number of changes that are kept of each kind. */
export const changesKept = 5_000;
/** The number of old changes that are dropped at once. */
const changesSlack = 500;

interface KindLog {
  readonly changes: Change[];
  /** The revision of the newest change that was dropped. */
  forgotten: number;
}

/** The changes of objects in this process, with a window of its own for each kind. */
export class ChangeLog {
  readonly #logs = new Map<string, KindLog>();

  append(change: Change): void {
    const log = this.#logOf(groupKindOf(change.object));
    log.changes.push(change);
    if (log.changes.length < changesKept + changesSlack) return;
    const dropped = log.changes.splice(0, log.changes.length - changesKept);
    log.forgotten = Number(dropped.at(-1)!.revision);
  }

  /**
   * Returns the changes of a kind after a revision.
   * @throws CodedError REVISION_TOO_OLD
   */
  after(kind: GroupKind, revision: number): readonly Change[] {
    const { changes, forgotten } = this.#logOf(kind);
    if (revision < forgotten) throw revisionTooOld(String(revision));
    const at = changes.findLastIndex((change) => Number(change.revision) <= revision);
    return changes.slice(at + 1);
  }

  #logOf({ group, kind }: GroupKind): KindLog {
    const id = `${group}/${kind}`;
    const log = this.#logs.get(id) ?? { changes: [], forgotten: 0 };
    this.#logs.set(id, log);
    return log;
  }
}
