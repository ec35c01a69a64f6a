import type { ObservedRequest, RequestObserver } from '@ignite/apiserver/server/request-observer';
import { igniteVersion } from '@ignite/api/ignite-version';
import { type GroupVersionResource, resourceName } from '@ignite/toolkit/client/group-version-resource';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ClientObserver } from './measured-client.ts';

const place = ['group', 'version', 'resource', 'subresource', 'scope', 'component'] as const;
const component = 'apiserver';

/** The buckets of kube-apiserver, in seconds. Dashboards have rules for some of them. */
const requestBuckets = [
  ...[0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
];
const storeBuckets = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 8, 15, 30, 60];

/** What the API counts, by the names that kube-apiserver has for it, which dashboards know. */
export class ApiMetrics implements RequestObserver, ClientObserver {
  readonly #total;
  readonly #seconds;
  readonly #inFlight;
  readonly #longRunning;
  readonly #storeSeconds;
  readonly #objects;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#total = new Counter({
      name: 'apiserver_request_total',
      help: 'Requests by verb, resource and code.',
      labelNames: ['verb', 'dry_run', ...place, 'code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'Time from the headers of a request to the end of its answer.',
      labelNames: ['verb', 'dry_run', ...place],
      buckets: requestBuckets,
      registers,
    });
    this.#inFlight = new Gauge({
      name: 'apiserver_current_inflight_requests',
      help: 'Requests that are being answered, but for those that last.',
      labelNames: ['request_kind'],
      registers,
    });
    this.#longRunning = new Gauge({
      name: 'apiserver_longrunning_requests',
      help: 'Watches and connections that are open.',
      labelNames: ['verb', ...place],
      registers,
    });
    this.#storeSeconds = new Histogram({
      name: 'etcd_request_duration_seconds',
      help: 'Duration of calls to the store, whichever it is.',
      labelNames: ['operation', 'type'],
      buckets: storeBuckets,
      registers,
    });
    this.#objects = new Gauge({
      name: 'apiserver_storage_objects',
      help: 'Stored objects by resource, as they were counted last.',
      labelNames: ['resource'],
      registers,
    });
    new Gauge({
      name: 'kubernetes_build_info',
      help: 'The version of this program.',
      labelNames: ['git_version'],
      registers,
    }).set({ git_version: igniteVersion }, 1);
    for (const request_kind of ['mutating', 'readOnly']) this.#inFlight.set({ request_kind }, 0);
  }

  begin({ verb, dryRun, isWrite, isLong, ...where }: ObservedRequest): ReturnType<RequestObserver['begin']> {
    const at = { verb, ...where, component };
    const end = isLong
      ? started(this.#longRunning, at)
      : started(this.#inFlight, { request_kind: isWrite ? 'mutating' : 'readOnly' });
    return ({ code, seconds }) => {
      end();
      this.#total.inc({ ...at, dry_run: dryRun, code });
      this.#seconds.observe({ ...at, dry_run: dryRun }, seconds);
    };
  }

  done(operation: string, resource: GroupVersionResource, seconds: number): void {
    this.#storeSeconds.observe({ operation, type: resourceName(resource) }, seconds);
  }

  counted(resource: GroupVersionResource, count: number): void {
    this.#objects.set({ resource: resourceName(resource) }, count);
  }
}

/** Counts something in, and returns what counts it out. */
function started<T extends string>(gauge: Gauge<T>, labels: Partial<Record<T, string>>): () => void {
  gauge.inc(labels);
  return () => gauge.dec(labels);
}
