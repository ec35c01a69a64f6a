import { getHeapStatistics } from 'node:v8';

/** What V8 is asked, and asked to do. */
export interface Heap {
  /** Returns the number of bytes that have been allocated since the start. */
  readonly allocated: () => number;
  /** Collects all garbage, and gives back the memory that is free then. It takes 60 ms where ignited has little to do. */
  readonly collect: () => void;
}

/** Whoever allocates no more than this between two looks is at rest, in bytes. */
const mostAtRest = 2 ** 20;
/** The garbage for which a collection is worth its time, in bytes. */
const leastGarbage = 2 ** 23;

/**
 * Collects all garbage once the process has come to rest after some work. V8 does so only when it needs memory, and
 * until then keeps what the work has taken.
 */
export class HeapAtRest {
  /** The time between two looks, in milliseconds. */
  static readonly everyMs = 5_000;
  readonly #heap: Heap;
  #seen = 0;
  #collected = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  look(): void {
    const allocated = this.#heap.allocated();
    const isAtRest = allocated - this.#seen <= mostAtRest;
    this.#seen = allocated;
    if (!isAtRest || allocated - this.#collected < leastGarbage) return;
    this.#heap.collect();
    this.#collected = allocated;
  }
}

/** The heap of this process, if Node was told to let its program collect garbage (`--expose-gc`). */
export const ownHeap: Heap | undefined = globalThis.gc && {
  allocated: () => getHeapStatistics().total_allocated_bytes,
  collect: () => globalThis.gc?.({ type: 'major', flavor: 'last-resort' }),
};
