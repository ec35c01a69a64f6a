import type { GroupKind } from '../../object/group-kind.ts';
import { type Change, type WatchEvent, revisionTooOld, watchCancelled } from '../store.ts';
import { Watcher, Watchers } from '../watchers.ts';
import { FileLookout } from './file-lookout.ts';
import type { SqliteChanges } from './sqlite-changes.ts';

/** More changes of others are not read at once for those who watch: they read them by themselves, page by page. */
const mostAtOnce = 500;

/** Tells all who watch a store of its changes, whichever process made them. Each change is read once for all of them. */
export class ChangeNews implements Disposable {
  readonly #path: string;
  readonly #changes: SqliteChanges;
  readonly #watchers = new Watchers();
  /** The revision up to which the watchers have been told. */
  #revision = 0;
  #lookout: FileLookout | undefined;
  #isClosed = false;

  /** @param path is the file of the store */
  constructor(path: string, changes: SqliteChanges) {
    this.#path = path;
    this.#changes = changes;
  }

  /**
   * Yields the changes of a kind after a revision.
   * @throws CodedError REVISION_TOO_OLD, WATCH_CANCELLED
   */
  async *watch(kind: GroupKind, revision: number, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    if (signal.aborted) return;
    if (this.#isClosed) throw closed();
    const watcher = this.#join(kind, revision);
    const wake = (): void => watcher.wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (!signal.aborted) {
        if (this.#isClosed) throw closed();
        const { told, bookmark } = this.#take(kind, watcher);
        for (const change of told) {
          yield change;
          if (signal.aborted) return;
        }
        if (bookmark !== undefined) yield { type: 'BOOKMARK', revision: String(bookmark) };
        if (!watcher.isBehind) await watcher.woken();
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#leave(kind, watcher);
    }
  }

  /** Tells of the changes of a transaction of this process, unless there are some before that are not known yet. */
  tell(changes: readonly Change[]): void {
    if (this.#watchers.areNone) return;
    const [first, last] = [changes.at(0), changes.at(-1)];
    if (!first || !last) return;
    if (Number(first.revision) !== this.#revision + 1) return void this.#look();
    this.#revision = Number(last.revision);
    this.#watchers.tell(changes);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#watchers.forEach((watcher) => watcher.wake());
    this.#end();
  }

  #join(kind: GroupKind, seen: number): Watcher {
    if (this.#watchers.areNone) this.#revision = this.#changes.revision;
    else this.#look();
    // The store was replaced by an older one, which does not know what was told of the other.
    if (seen > this.#revision) throw revisionTooOld(String(seen));
    const watcher = new Watcher(seen, seen < this.#revision);
    this.#watchers.add(kind, watcher);
    this.#lookout ??= new FileLookout({
      path: this.#path,
      look: () => this.#look(),
      pause: () => this.#bookmark(),
    });
    return watcher;
  }

  #leave(kind: GroupKind, watcher: Watcher): void {
    this.#watchers.remove(kind, watcher);
    if (this.#watchers.areNone) this.#end();
  }

  /** Returns what a watcher has not seen, and the revision of a bookmark if that is nothing but a newer revision. */
  #take(kind: GroupKind, watcher: Watcher): { readonly told: readonly Change[]; readonly bookmark?: number } {
    const upTo = this.#revision;
    const { seen, isBehind } = watcher;
    if (!isBehind) {
      const told = watcher.take();
      watcher.seen = upTo;
      return { told, ...(told.length === 0 && upTo > seen && { bookmark: upTo }) };
    }
    const page = this.#changes.page(kind, seen, upTo);
    watcher.seen = page.upTo;
    watcher.isBehind = page.upTo < upTo;
    return { told: page.changes, ...(page.changes.length === 0 && { bookmark: page.upTo }) };
  }

  /** Looks for changes that others have made, and tells whether there are some. */
  #look(): boolean {
    try {
      const { revision } = this.#changes;
      if (revision <= this.#revision) return false;
      this.#tellOthers(revision);
      return true;
    } catch (failure) {
      this.#watchers.forEach((watcher) => watcher.fail(failure));
      return false;
    }
  }

  #tellOthers(revision: number): void {
    const isMuch = revision - this.#revision > mostAtOnce;
    const changes = isMuch ? [] : this.#changes.all(this.#revision, revision);
    this.#revision = revision;
    if (isMuch) this.#watchers.forEach((watcher) => watcher.fallBehind());
    else this.#watchers.tell(changes);
  }

  /** Wakes those who have not been told of the newest revision, since nothing of their kind has changed. */
  #bookmark(): void {
    this.#watchers.forEach((watcher) => {
      if (watcher.seen < this.#revision) watcher.wake();
    });
  }

  #end(): void {
    this.#lookout?.[Symbol.dispose]();
    this.#lookout = undefined;
  }
}

const closed = (): Error => watchCancelled('it was closed');
