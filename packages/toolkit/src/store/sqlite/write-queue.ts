import type { KubeObject } from '../../object/kube-object.ts';
import type { ChangeType } from '../store.ts';

/** What a write does to an object. */
export type Put = readonly [type: ChangeType, object: KubeObject];

interface QueuedWrite {
  readonly decide: () => readonly Put[];
  readonly done: PromiseWithResolvers<KubeObject>;
}

/** Returns the objects that come of puts, all of which are made durable, or none. */
export type Transact = (work: (put: (...put: Put) => KubeObject) => void) => void;

/**
 * Makes the writes that come at the same time in one transaction, so that the disk is waited for once. Each decides
 * within the transaction what it does, after those that came before it. One that fails to decide hinders no other.
 */
export class WriteQueue {
  readonly #transact: Transact;
  #waiting: QueuedWrite[] = [];
  #next: NodeJS.Immediate | undefined;

  constructor(transact: Transact) {
    this.#transact = transact;
  }

  /** Resolves to the last object that was put, once it is durable. */
  async write(decide: () => readonly Put[]): Promise<KubeObject> {
    const done = Promise.withResolvers<KubeObject>();
    this.#waiting.push({ decide, done });
    // All that has been received by now is read before that.
    this.#next ??= setImmediate(() => this.flush());
    return await done.promise;
  }

  /** Makes the writes that wait. */
  flush(): void {
    clearImmediate(this.#next);
    this.#next = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    const settle: (() => void)[] = [];
    try {
      this.#transact((put) => {
        for (const { decide, done } of batch) settle.push(outcomeOf(decide, done, put));
      });
      for (const each of settle) each();
    } catch (failure) {
      for (const { done } of batch) done.reject(failure);
    }
  }
}

/** Returns what tells the writer what came of it. What fails after the decision fails for all. */
function outcomeOf(
  decide: QueuedWrite['decide'],
  { resolve, reject }: QueuedWrite['done'],
  put: (...put: Put) => KubeObject,
): () => void {
  let puts: readonly Put[];
  try {
    puts = decide();
  } catch (failure) {
    return () => reject(failure);
  }
  const last = puts.map((each) => put(...each)).at(-1)!;
  return () => resolve(last);
}
