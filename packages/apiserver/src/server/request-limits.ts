import type { RequestInfo } from '../request/request-info.ts';
import type { UserInfo } from '../request/user-info.ts';
import { InFlight, type Work } from './in-flight.ts';

/** The most requests at a time that read, and that write, as in Kubernetes. */
const most = { read: 400, write: 200 } as const;
/** The most of one user, so that there are places left for others. */
const mostOfOne = { read: 100, write: 50 } as const;

/** Pure. Tells what a request does. */
export const workOf = ({ verb }: RequestInfo): Work =>
  ['get', 'list', 'head'].includes(verb) ? 'read' : 'write';

/** Limits how many requests are answered at a time, of all and of each user. */
export class RequestLimits {
  readonly #all = new InFlight(most);
  readonly #shares = new Map<string, InFlight>();

  /** Takes a place before it is known who asks. @throws ObjectError SERVER_BUSY */
  enter(work: Work): Disposable {
    return this.#all.enter(work);
  }

  /** Takes one of the places of a user. @throws ObjectError SERVER_BUSY */
  enterAs({ name }: UserInfo, work: Work): Disposable {
    const share = this.#shares.get(name) ?? new InFlight(mostOfOne);
    const place = share.enter(work);
    this.#shares.set(name, share);
    return {
      [Symbol.dispose]: () => {
        place[Symbol.dispose]();
        if (share.isIdle) this.#shares.delete(name);
      },
    };
  }
}
