import { ObjectError } from '@ignite/toolkit/client/object-error';

/** What a request does. */
export type Work = 'read' | 'write';

/** When one that is refused may come again, in milliseconds. */
const retryAfterMs = 1_000;

/** Counts the requests that are being answered, and refuses those that are too many. Watches do not count. */
export class InFlight {
  readonly #limits: Readonly<Record<Work, number>>;
  readonly #counts = { read: 0, write: 0 };

  constructor(limits: Readonly<Record<Work, number>>) {
    this.#limits = limits;
  }

  get isIdle(): boolean {
    return this.#counts.read + this.#counts.write === 0;
  }

  /** @throws ObjectError SERVER_BUSY */
  enter(work: Work): Disposable {
    if (this.#counts[work] >= this.#limits[work])
      throw new ObjectError(
        'SERVER_BUSY',
        'the server has received too many requests, please try again later',
        {
          retryAfterMs,
        },
      );
    this.#counts[work] += 1;
    return {
      [Symbol.dispose]: () => {
        this.#counts[work] -= 1;
      },
    };
  }
}
