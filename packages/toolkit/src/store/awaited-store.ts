import { setTimeout as delay } from 'node:timers/promises';
import type { GroupKind } from '../object/group-kind.ts';
import type { CallOptions, ListResult, Revision, Selector, StoreReader, WatchEvent } from './store.ts';

/**
 * The interval at which a store that does not exist yet is looked for, in milliseconds. Its folder may not
 * exist either, so it cannot be watched.
 */
const pollMs = 200;

/** A store that is open for reading. */
export type OpenReader = StoreReader & Disposable;

/** Reads a store that may not exist yet. Until it is created it counts as empty, and watches wait for it. */
export class AwaitedStore implements StoreReader, Disposable {
  readonly #open: () => Promise<OpenReader | undefined>;
  #store: OpenReader | undefined;
  #opening: Promise<OpenReader | undefined> | undefined;

  /** @param open returns `undefined` while the store does not exist */
  constructor(open: () => Promise<OpenReader | undefined>) {
    this.#open = open;
  }

  async list(kind: GroupKind, selector?: Selector, options?: CallOptions): Promise<ListResult> {
    return (await (await this.#opened())?.list(kind, selector, options)) ?? { revision: '0', items: [] };
  }

  async *watch(kind: GroupKind, revision: Revision, signal: AbortSignal): AsyncIterable<WatchEvent> {
    while (!signal.aborted && !(await this.#opened()))
      await delay(pollMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) yield* (await this.#opened())!.watch(kind, revision, signal);
  }

  [Symbol.dispose](): void {
    this.#store?.[Symbol.dispose]();
  }

  /** Opens the store once, however many ask at the same time. */
  async #opened(): Promise<OpenReader | undefined> {
    if (this.#store) return this.#store;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    this.#store = await this.#opening;
    return this.#store;
  }
}
