import { setTimeout as delay } from 'node:timers/promises';
import type { ListResult, Selector, StoreReader, WatchEvent } from './store.ts';

/** How soon a store that is made is seen: of a folder that is not there either, nothing tells. */
const pollMs = 200;

/** A store that is open to be read. */
export type OpenReader = StoreReader & Disposable;

/** Reads a store that need not be there yet: nothing is in it until someone makes it, and watches wait for that. */
export class AwaitedStore implements StoreReader, Disposable {
  readonly #open: () => OpenReader | undefined;
  #store: OpenReader | undefined;

  /** @param open undefined while there is none */
  constructor(open: () => OpenReader | undefined) {
    this.#open = open;
  }

  async list(kind: string, selector?: Selector): Promise<ListResult> {
    return (await this.#opened()?.list(kind, selector)) ?? { revision: 0, items: [] };
  }

  async *watch(kind: string, revision: number, signal: AbortSignal): AsyncIterable<WatchEvent> {
    while (!signal.aborted && !this.#opened()) await delay(pollMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) yield* this.#opened()!.watch(kind, revision, signal);
  }

  [Symbol.dispose](): void {
    this.#store?.[Symbol.dispose]();
  }

  #opened(): OpenReader | undefined {
    this.#store ??= this.#open();
    return this.#store;
  }
}
