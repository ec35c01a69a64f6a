import { ObjectError } from '@ignite/toolkit/client/object-error';

/** The most requests at a time that read, and that write, as in Kubernetes. */
const limits = { read: 400, write: 200 } as const;
/** When one that is refused may come again, in milliseconds. */
const retryAfterMs = 1_000;

/** Counts the requests that are being answered, and refuses those that are too many. Watches do not count. */
export class InFlight {
  readonly #counts = { read: 0, write: 0 };

  /** @throws ObjectError SERVER_BUSY */
  enter(kind: keyof typeof limits): Disposable {
    if (this.#counts[kind] >= limits[kind])
      throw new ObjectError(
        'SERVER_BUSY',
        'the server has received too many requests, please try again later',
        {
          retryAfterMs,
        },
      );
    this.#counts[kind] += 1;
    return {
      [Symbol.dispose]: () => {
        this.#counts[kind] -= 1;
      },
    };
  }
}
