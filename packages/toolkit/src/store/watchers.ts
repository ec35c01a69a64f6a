import { type GroupKind, groupKindOf } from '../object/group-kind.ts';
import type { Change } from './store.ts';

/** The most changes that wait in memory for one watcher. One that is further behind reads them where they are kept. */
const mostWaiting = 100;

/** Somebody who watches a kind. */
export class Watcher {
  /** The revision up to which all changes have been taken. */
  seen: number;
  /** Whether there are changes after that which do not wait here. */
  isBehind: boolean;
  #waiting: Change[] = [];
  #isWoken = false;
  #sleep: PromiseWithResolvers<void> | undefined;

  constructor(seen: number, isBehind: boolean) {
    this.seen = seen;
    this.isBehind = isBehind;
  }

  /** Returns the changes that wait here. */
  take(): readonly Change[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** Resolves when there is something to do, and rejects if nothing can be known any more. */
  async woken(): Promise<void> {
    if (!this.#isWoken) await (this.#sleep = Promise.withResolvers()).promise;
    this.#isWoken = false;
  }

  add(changes: readonly Change[]): void {
    if (this.#waiting.length + changes.length > mostWaiting) return this.fallBehind();
    if (!this.isBehind) this.#waiting.push(...changes);
    this.wake();
  }

  /** Lets go of the changes that wait here. */
  fallBehind(): void {
    this.#waiting = [];
    this.isBehind = true;
    this.wake();
  }

  wake(): void {
    this.#isWoken = true;
    this.#sleep?.resolve();
  }

  fail(failure: unknown): void {
    this.#sleep?.reject(failure);
  }
}

/** All who watch a store, by the kinds that they watch. Who watches another kind is not woken by a change. */
export class Watchers {
  readonly #ofKinds = new Map<string, Set<Watcher>>();

  get areNone(): boolean {
    return this.#ofKinds.size === 0;
  }

  add(kind: GroupKind, watcher: Watcher): void {
    this.#ofKinds.getOrInsertComputed(idOf(kind), () => new Set()).add(watcher);
  }

  remove(kind: GroupKind, watcher: Watcher): void {
    const ofKind = this.#ofKinds.get(idOf(kind));
    ofKind?.delete(watcher);
    if (ofKind?.size === 0) this.#ofKinds.delete(idOf(kind));
  }

  /** Gives changes to those who watch their kinds. */
  tell(changes: readonly Change[]): void {
    for (const [id, ofKind] of Map.groupBy(changes, ({ object }) => idOf(groupKindOf(object))))
      for (const watcher of this.#ofKinds.get(id) ?? []) watcher.add(ofKind);
  }

  forEach(act: (watcher: Watcher) => void): void {
    for (const ofKind of this.#ofKinds.values()) ofKind.forEach(act);
  }
}

const idOf = ({ group, kind }: GroupKind): string => `${group}/${kind}`;
