import { ObjectError } from '@ignite/toolkit/client/object-error';

/** When one who is refused may come again, in milliseconds. */
const retryAfterMs = 1_000;

/** The most at a time, in all and of one user, so that there are places left for others. */
interface PlaceLimits {
  readonly all: number;
  readonly user: number;
}

/** Counts what is under way, of all and of each user, and refuses what is too much. */
export class SharedPlaces {
  readonly #limits: PlaceLimits;
  readonly #refusal: string;
  #taken = 0;
  readonly #takenBy = new Map<string, number>();

  constructor(limits: PlaceLimits, refusal: string) {
    this.#limits = limits;
    this.#refusal = refusal;
  }

  /** Takes a place before it is known for whom. @throws ObjectError SERVER_BUSY */
  enter(): Disposable {
    if (this.#taken >= this.#limits.all) throw this.#busy();
    this.#taken += 1;
    return { [Symbol.dispose]: () => void (this.#taken -= 1) };
  }

  /** Says whose a place is that was taken. @throws ObjectError SERVER_BUSY */
  enterAs(user: string): Disposable {
    const own = this.#takenBy.get(user) ?? 0;
    if (own >= this.#limits.user) throw this.#busy();
    this.#takenBy.set(user, own + 1);
    return { [Symbol.dispose]: () => this.#leave(user) };
  }

  #leave(user: string): void {
    const own = this.#takenBy.get(user)!;
    if (own === 1) this.#takenBy.delete(user);
    else this.#takenBy.set(user, own - 1);
  }

  #busy(): ObjectError {
    return new ObjectError('SERVER_BUSY', this.#refusal, { retryAfterMs });
  }
}
