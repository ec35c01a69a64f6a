import { mock } from 'node:test';
import { collectGarbage } from '@ignite/toolkit/controller/garbage-collector';
import { type KindResource, objectsOf } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { kinds as vmKinds } from '@ignite/api/v1/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { clusterControllers, igniteControllers } from '../controllers.ts';
import { kinds } from '../kinds/kinds.ts';
import type { Controller, Work } from '../runtime/controller.ts';
import { Objects } from '../runtime/objects.ts';
import { ProviderKinds } from '../runtime/provider-kinds.ts';
import { reconcileObject } from '../runtime/reconcile-object.ts';
import { followKinds, routeChanges } from '../runtime/route-changes.ts';
import { FaultyClient } from './faulty-client.sample.ts';
import { seededRandom } from './seeded-random.sample.ts';
import { simSchemas } from './sim-schemas.sample.ts';
import { simControllers, simDefinitions, simServedKinds } from './sim-provider.sample.ts';
import { simVmController } from './sim-vms.sample.ts';
import { SimEtcds } from './sim-etcd.sample.ts';
import { SimPods } from './sim-pods.sample.ts';
import { SimWorld } from './sim-world.sample.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** How often a write fails; 0 without faults. */
  readonly faults?: number;
  /** How often a change is told late. */
  readonly delays?: number;
}

const startMs = 1_800_000_000_000;
const retryMs = 1_000;
const served = [...kinds, ...coreKinds, ...vmKinds].map(servedKindOf).concat(simServedKinds);

/**
 * Runs the controllers and a provider one object at a time, in an order that the seed decides, on a clock that goes on
 * only when there is nothing left to do. The clock is that of the process, so it must not be used by anybody else.
 */
export class Simulation implements Disposable {
  readonly world = new SimWorld();
  readonly etcds: SimEtcds;
  readonly pods: SimPods;
  readonly client: FaultyClient;
  readonly objects: Objects;
  readonly failures: string[] = [];
  readonly #random: () => number;
  readonly #work: Work;
  readonly #abort = new AbortController();
  readonly #due = new Map<string, { readonly controller: Controller; readonly key: string }>();
  readonly #later = new Map<string, number>();
  readonly #known = new Map<string, { readonly controller: Controller; readonly key: string }>();
  #held: (() => void)[] = [];
  #nowMs = startMs;
  reconciles = 0;

  private constructor({ seed, faults = 0, delays = 0 }: SimulationOptions) {
    mock.timers.enable({ apis: ['Date'], now: startMs });
    this.#random = seededRandom(seed);
    const store = new StoreObjectClient(new MemoryStore(), served);
    this.client = new FaultyClient(store, {
      random: this.#random,
      writes: faults,
      held: async () => {
        if (delays > 0 && this.#random() < delays && this.client.isFaulty)
          await new Promise<void>((resolve) => this.#held.push(resolve));
      },
    });
    const clock = { now: () => this.#nowMs, sleep: async () => {} };
    const log = (): void => {};
    const { signal } = this.#abort;
    this.objects = new Objects({ client: this.client, clock, log, signal });
    this.etcds = new SimEtcds({
      random: this.#random,
      delayMs: () => 1_000 + Math.floor(this.#random() * 30_000),
      faults: () => (this.client.isFaulty ? faults : 0),
    });
    this.pods = new SimPods({
      random: this.#random,
      delayMs: () => 1_000 + Math.floor(this.#random() * 30_000),
      faults: () => (this.client.isFaulty ? faults : 0),
    });
    let names = 0;
    this.#work = {
      objects: this.objects,
      providers: new ProviderKinds(this.client, kinds.map(resourceOf)),
      workloads: this.world,
      schemas: simSchemas,
      etcdAt: (addresses) => this.pods.at(addresses) ?? this.etcds.at(addresses),
      clock,
      log,
      suffix: () => (names += 1).toString(36).padStart(5, '0'),
    };
  }

  static async open(options: SimulationOptions): Promise<Simulation> {
    const simulation = new Simulation(options);
    const delayMs = (): number => 1_000 + Math.floor(simulation.#random() * 30_000);
    const provider = { world: simulation.world, etcds: simulation.etcds, delayMs };
    const controllers = [
      ...clusterControllers,
      ...igniteControllers,
      ...simControllers(provider),
      simVmController(provider),
      simulation.pods.controller,
    ];
    simulation.client.isFaulty = false;
    for (const { resource, object } of simDefinitions) await simulation.client.create(resource, object);
    simulation.client.isFaulty = true;
    routeChanges(controllers, simulation.#work, (controller, key) => simulation.#enqueue(controller, key));
    await followKinds(controllers, simulation.#work);
    return simulation;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  async create(kind: KindResource, name: string, spec: unknown, metadata: object = {}): Promise<KubeObject> {
    const client = objectsOf(this.client, kind);
    return await client.create({ metadata: { namespace: 'default', name, ...metadata }, spec });
  }

  async change(kind: KindResource, name: string, change: (object: KubeObject) => KubeObject): Promise<void> {
    await objectsOf(this.client, kind).modify({ namespace: 'default', name }, change);
  }

  /** Returns all objects of a kind as they are stored. */
  async all<T extends KubeObject>(kind: KindResource): Promise<readonly T[]> {
    return (await objectsOf(this.client, kind).list()).items as readonly T[];
  }

  /**
   * Goes on until something holds. `onStep` is called after each step.
   * @throws Error if it does not hold within that time of the simulation
   */
  async until(
    holds: () => Promise<boolean> | boolean,
    {
      limitMs = 4 * 3_600_000,
      onStep = async () => {},
    }: { readonly limitMs?: number; readonly onStep?: () => Promise<void> } = {},
  ): Promise<void> {
    const end = this.#nowMs + limitMs;
    for (let step = 0; ; step += 1) {
      if ((this.#due.size === 0 || step % 20 === 0) && (await holds())) return;
      if (this.#nowMs > end)
        throw new Error(`it did not come to pass; ${this.failures.slice(-3).join('; ')}`);
      await this.#step();
      await onStep();
    }
  }

  async collectGarbage(): Promise<void> {
    await collectGarbage(this.client, served, this.#abort.signal);
  }

  [Symbol.dispose](): void {
    this.#abort.abort();
    this.#release(1);
    mock.timers.reset();
  }

  async #step(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#held.length > 0) this.#release(this.client.isFaulty ? 0.2 : 1);
    const ids = [...this.#due.keys()];
    if (ids.length === 0) {
      if (this.#held.length > 0) this.#release(1);
      else this.#advance();
      return;
    }
    const id = ids[Math.floor(this.#random() * ids.length)]!;
    const { controller, key } = this.#due.get(id)!;
    this.#due.delete(id);
    this.#later.delete(id);
    this.reconciles += 1;
    try {
      const { requeueAfterMs } = await reconcileObject(controller, key, this.#work, this.#abort.signal);
      if (requeueAfterMs !== undefined) this.#later.set(id, this.#nowMs + requeueAfterMs);
    } catch (failure) {
      this.failures.push(`${id}: ${failure instanceof Error ? failure.message : String(failure)}`);
      this.#later.set(id, this.#nowMs + retryMs);
    }
  }

  /** Moves the clock to the time when somebody wants to look again. */
  #advance(): void {
    const next = Math.min(...this.#later.values());
    this.#nowMs = Number.isFinite(next) ? Math.max(next, this.#nowMs) : this.#nowMs + 3_600_000;
    mock.timers.setTime(this.#nowMs);
    for (const [id, at] of this.#later)
      if (at <= this.#nowMs) {
        this.#later.delete(id);
        this.#due.set(id, this.#known.get(id)!);
      }
  }

  #enqueue(controller: Controller, key: string): void {
    const id = `${controller.name} ${key}`;
    this.#known.set(id, { controller, key });
    this.#due.set(id, { controller, key });
  }

  #release(share: number): void {
    const kept: (() => void)[] = [];
    for (const release of this.#held) {
      if (this.#random() < share) release();
      else kept.push(release);
    }
    this.#held = kept;
  }
}

const resourceOf = ({ group, plural, kind }: (typeof kinds)[number]): KindResource => ({
  ...{ group, version: 'v1beta2', resource: plural, kind },
});
