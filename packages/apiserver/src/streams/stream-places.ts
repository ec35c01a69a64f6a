import { ObjectError } from '@ignite/toolkit/client/object-error';

/** The most streams that are open at a time, in all and of one user. */
const limits = { all: 400, user: 100 } as const;
const retryAfterMs = 1_000;

/** Counts the connections with what objects run, and refuses those that are too many. */
export class StreamPlaces {
  readonly #counts = new Map<string, number>();

  /** @throws ObjectError SERVER_BUSY */
  enter(user: string): Disposable {
    const all = this.#counts.values().reduce((sum, each) => sum + each, 0);
    const own = this.#counts.get(user) ?? 0;
    if (all >= limits.all || own >= limits.user)
      throw new ObjectError('SERVER_BUSY', 'too many streams are open, please try again later', {
        retryAfterMs,
      });
    this.#counts.set(user, own + 1);
    return { [Symbol.dispose]: () => this.#leave(user) };
  }

  #leave(user: string): void {
    const own = this.#counts.get(user)!;
    if (own === 1) this.#counts.delete(user);
    else this.#counts.set(user, own - 1);
  }
}
