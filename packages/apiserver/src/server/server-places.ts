import type { RequestInfo } from '../request/request-info.ts';
import { SharedPlaces } from './shared-places.ts';

const tooMany = 'the server has received too many requests, please try again later';
const tooManyStreams = 'too many streams are open, please try again later';

/** The places for what a server does at a time. Watches take none. */
export class ServerPlaces {
  /** Those of requests, as many as in Kubernetes. */
  readonly read = new SharedPlaces({ all: 400, user: 100 }, tooMany);
  readonly write = new SharedPlaces({ all: 200, user: 50 }, tooMany);
  /** Those of connections with what objects run, and of lines. */
  readonly stream = new SharedPlaces({ all: 400, user: 100 }, tooManyStreams);

  /** Returns the places of requests that do the same as one. */
  of({ verb }: RequestInfo): SharedPlaces {
    return ['get', 'list', 'head'].includes(verb) ? this.read : this.write;
  }
}
