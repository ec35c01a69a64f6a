import type { RequestInfo } from '../request/request-info.ts';
import { SharedPlaces } from './shared-places.ts';

const tooMany = 'the server has received too many requests, please try again later';
const tooManyWatches = 'too many watches are open, please try again later';
const tooManyStreams = 'too many streams are open, please try again later';

/** The places for what a server does at a time. */
export class ServerPlaces {
  /** Those of requests, as many as in Kubernetes. */
  readonly read = new SharedPlaces({ all: 400, user: 100 }, tooMany);
  readonly write = new SharedPlaces({ all: 200, user: 50 }, tooMany);
  /** Those of watches, of which one connection of HTTP/2 carries many. */
  readonly watch = new SharedPlaces({ all: 2_000, user: 1_000 }, tooManyWatches);
  /** Those of connections with what objects run, and of lines. */
  readonly stream = new SharedPlaces({ all: 400, user: 100 }, tooManyStreams);

  /** Returns the places of requests that do the same as one. */
  of({ verb }: RequestInfo): SharedPlaces {
    if (verb === 'watch') return this.watch;
    return ['get', 'list', 'head'].includes(verb) ? this.read : this.write;
  }
}
