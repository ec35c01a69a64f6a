import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import type { ControllerObserver } from '@ignite/toolkit/controller/controller';
import type { SyncObject } from '@ignite/toolkit/sync/kinds';
import type { StatusSink } from '@ignite/toolkit/sync/status-sink';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { ApiMetrics } from './api-metrics.ts';

/** What the service counts, as Prometheus reads it. */
export class Metrics implements ControllerObserver, StatusSink {
  readonly registry = new Registry();
  readonly #reconciled = new Counter({
    name: 'gitops_reconcile_total',
    help: 'Reconciliations by outcome.',
    labelNames: ['controller', 'outcome'],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'gitops_reconcile_duration_seconds',
    help: 'Duration of reconciliations.',
    labelNames: ['controller'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300],
    registers: [this.registry],
  });
  readonly #depth = new Gauge({
    name: 'gitops_queue_depth',
    help: 'Number of waiting keys.',
    labelNames: ['controller'],
    registers: [this.registry],
  });
  readonly #ready = new Gauge({
    name: 'gitops_sync_ready',
    help: 'Whether a sync is ready: 1 or 0.',
    labelNames: ['sync'],
    registers: [this.registry],
  });
  readonly #objects = new Gauge({
    name: 'gitops_sync_objects',
    help: 'Objects of a sync by state.',
    labelNames: ['sync', 'state'],
    registers: [this.registry],
  });

  readonly #waiting = new Gauge({
    name: 'workqueue_depth',
    help: 'Number of waiting keys of a controller.',
    labelNames: ['name'],
    registers: [this.registry],
  });
  readonly #workSeconds = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'Time that a controller took for one key.',
    labelNames: ['name'],
    buckets: [0.001, 0.01, 0.1, 1, 10, 100],
    registers: [this.registry],
  });
  readonly #retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys that a controller took up again since they had failed.',
    labelNames: ['name'],
    registers: [this.registry],
  });
  /** What the API counts. */
  readonly api = new ApiMetrics(this.registry);

  constructor() {
    // The library samples the delay of the event loop by a timer, by default every 10 ms, and cannot leave that out.
    // At rest, nothing else would wake the process. So the timer is slow, and what is told of its samples goes.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 3_600_000 });
    for (const { name } of this.registry.getMetricsAsArray())
      if (/^nodejs_eventloop_lag_.+_seconds$/.test(name)) this.registry.removeSingleMetric(name);
  }

  reconciled(controller: string, outcome: 'success' | 'error', seconds: number, depth: number): void {
    this.#waiting.set({ name: controller }, depth);
    this.#workSeconds.observe({ name: controller }, seconds);
    if (outcome === 'error') this.#retries.inc({ name: controller });
    this.#reconciled.inc({ controller, outcome });
    this.#seconds.observe({ controller }, seconds);
    this.#depth.set({ controller }, depth);
  }

  async publish({ metadata, status }: SyncObject): Promise<void> {
    const sync = metadata.name;
    const isReady = status.conditions.some(({ type, status: state }) => type === 'Ready' && state === 'True');
    this.#ready.set({ sync }, isReady ? 1 : 0);
    for (const state of ['Synced', 'Held', 'Failed', 'Skipped', 'Refused'])
      this.#objects.set({ sync, state }, status.objects.filter((object) => object.state === state).length);
  }
}

/** Serves `GET /metrics` on a unix socket that root alone may open; `text` is asked anew each time. */
export async function serveMetrics(text: () => Promise<string>, socket: string): Promise<AsyncDisposable> {
  await mkdir(dirname(socket), { recursive: true, mode: 0o711 });
  // Of a service that was killed there may be one yet: the caller holds the lock.
  const draft = join(dirname(socket), '.metrics');
  await rm(draft, { force: true });
  const server = createServer((asked, answer) => {
    if (asked.url !== '/metrics') return void answer.writeHead(404).end();
    text().then(
      (body) => answer.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(body),
      () => answer.writeHead(500).end(),
    );
  }).listen(draft);
  await once(server, 'listening');
  await chmod(draft, 0o600);
  await rename(draft, socket); // who finds it there may ask, if he may at all
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(socket, { force: true });
    },
  };
}
