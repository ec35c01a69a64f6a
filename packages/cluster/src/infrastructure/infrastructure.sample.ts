import assert from 'node:assert/strict';
import { kinds as vmKinds } from '@ignite/api/v1/kinds';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { clusterControllers, igniteControllers } from '../controllers.ts';
import { kinds } from '../kinds/kinds.ts';
import { runControllers } from '../runtime/run-controllers.ts';
import { Objects } from '../runtime/objects.ts';
import { ProviderKinds } from '../runtime/provider-kinds.ts';
import { simSchemas } from '../simulation/sim-schemas.sample.ts';

export const namespace = 'default';

/** Runs the controllers over a store in memory, with VMs that nobody starts. */
export function openInfrastructure() {
  const stop = new AbortController();
  const served = [...kinds, ...vmKinds, ...coreKinds].map(servedKindOf);
  const client = new StoreObjectClient(new MemoryStore(), served);
  const log = (): void => {};
  const work = {
    objects: new Objects({ client, clock: systemClock, log, signal: stop.signal }),
    providers: new ProviderKinds(
      client,
      kinds.map(({ group, plural, kind }) => ({ group, version: 'v1beta2', resource: plural, kind })),
    ),
    workloads: { of: async () => undefined },
    schemas: simSchemas,
    etcdAt: () => assert.fail('there is no etcd'),
    clock: systemClock,
    suffix: () => 'abcde',
    log,
  };
  const running = runControllers([...clusterControllers, ...igniteControllers], work, stop);
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running.catch(() => {});
    },
  };
}

/** Waits until something is found, which is a matter of a few turns of the event loop. */
export async function found<T>(look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const value = await look();
    if (value !== undefined) return value;
    await systemClock.sleep(10, AbortSignal.timeout(60_000));
  }
  throw new Error('it did not come to pass');
}
