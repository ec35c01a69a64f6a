import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type {
  CallOptions,
  ListOptions,
  NewObject,
  ObjectClient,
  ObjectList,
  WriteOptions,
} from '@ignite/toolkit/client/object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import type { ObjectKey } from '@ignite/toolkit/client/group-version-resource';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { until } from '@ignite/toolkit/clock/until.sample';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { kinds } from '../kinds/kinds.ts';
import { type IpPoolKind, ipPoolKinds } from '../kinds/ip-pool-kinds.ts';
import { ipAddressClaimKind, ipAddressKind } from '../kinds/object-kinds.ts';
import { controllerFor } from '../runtime/controller.ts';
import { Objects } from '../runtime/objects.ts';
import { runControllers } from '../runtime/run-controllers.ts';
import { seededRandom } from '../simulation/seeded-random.sample.ts';
import { inClusterIpPoolController } from './in-cluster-ip-pool-controller.ts';
import { ipAddressClaimController } from './ip-address-claim-controller.ts';

/** Lets others go first for some turns, before and after each call. */
class HesitantClient extends ForwardingClient {
  readonly #random: () => number;

  constructor(client: ObjectClient, random: () => number) {
    super(() => client);
    this.#random = random;
  }

  override async get(key: ObjectKey, options?: CallOptions): Promise<KubeObject> {
    return await this.#hesitantly(async () => await super.get(key, options));
  }

  override async list(resource: GroupVersionResource, options?: ListOptions): Promise<ObjectList> {
    return await this.#hesitantly(async () => await super.list(resource, options));
  }

  override async create(
    resource: GroupVersionResource,
    object: NewObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#hesitantly(async () => await super.create(resource, object, options));
  }

  override async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#hesitantly(async () => await super.updateStatus(resource, object, options));
  }

  async #hesitantly<T>(call: () => Promise<T>): Promise<T> {
    await this.#wait();
    const answer = await call();
    await this.#wait();
    return answer;
  }

  async #wait(): Promise<void> {
    for (let turns = Math.floor(this.#random() * 8); turns > 0; turns -= 1) await nextTurn();
  }
}

/** Runs the controllers of addresses as a process of their own does, until it is disposed of. */
function openProcess(client: ObjectClient): AsyncDisposable {
  const stop = new AbortController();
  const log = (): void => {};
  const objects = new Objects({ client, clock: systemClock, log, signal: stop.signal });
  const controllers = [
    controllerFor(ipAddressClaimController),
    ...ipPoolKinds.map((kind) => controllerFor(inClusterIpPoolController(kind))),
  ];
  const running = runControllers(controllers, { objects, clock: systemClock, log }, stop);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running.catch(() => {});
    },
  };
}

/** Has claims of some namespaces get all addresses of a pool, from processes that come and go meanwhile. */
async function race(kind: IpPoolKind, namespaces: readonly string[]): Promise<void> {
  const store = new StoreObjectClient(new MemoryStore(), kinds.map(servedKindOf));
  const random = seededRandom(1);
  const claims = objectsOf(store, ipAddressClaimKind);
  const addresses = new KindClient(store, ipAddressKind);
  const given = async (): Promise<readonly string[]> => {
    const all = (await addresses.list()).items.map(({ spec }) => spec.address);
    assert.equal(new Set(all).size, all.length, all.toSorted().join(' '));
    return all;
  };
  const untilGiven = async (count: number): Promise<void> =>
    await until(`${count} addresses are given`, async () => (await given()).length >= count, 1);
  const total = 40;
  await objectsOf(store, kind).create({
    metadata: { name: 'lan', ...(kind.defaultNamespace !== '' && { namespace: namespaces[0]! }) },
    spec: { addresses: [`10.0.0.1-10.0.0.${total}`], prefix: 24 },
  });
  for (let at = 0; at < total; at += 1)
    await claims.create({
      metadata: {
        namespace: namespaces[at % namespaces.length]!,
        name: `c${Math.floor(at / namespaces.length)}`,
      },
      spec: { poolRef: { apiGroup: kind.group, kind: kind.kind, name: 'lan' } },
    });
  await using _first = openProcess(new HesitantClient(store, random));
  {
    await using _second = openProcess(new HesitantClient(store, random));
    await untilGiven(total / 4);
  }
  await using _third = openProcess(new HesitantClient(store, random));
  await untilGiven(total);
  assert.equal((await given()).length, total);
}

for (const kind of ipPoolKinds)
  test(`of several processes that work at once, and one that ends amidst it, none gives an address of a ${kind.kind} twice`, async () => {
    await race(kind, kind.defaultNamespace === '' ? ['default', 'other'] : ['default']);
  });
