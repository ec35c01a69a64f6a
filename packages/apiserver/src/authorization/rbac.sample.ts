import { accessKinds } from '@ignite/toolkit/access/kinds';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { patienceMs } from '@ignite/toolkit/clock/until.sample';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { clientKinds } from './access-kinds.ts';
import { keepAggregatedRules } from './default-roles/keep-aggregated-rules.ts';
import { RbacAuthorizer } from './rbac-authorizer.ts';

/** A server's roles over a store of its own. */
export function openAccess() {
  const store = new MemoryStore();
  const client = new StoreObjectClient(store, accessKinds.map(servedKindOf));
  const options = { client, clock: systemClock, log: () => {} };
  const stop = new AbortController();
  const authorizer = new RbacAuthorizer(options);
  const running = Promise.all([authorizer.run(stop.signal), keepAggregatedRules(options, stop.signal)]);
  return {
    client,
    roles: new KindClient(client, clientKinds.clusterRoles),
    bindings: new KindClient(client, clientKinds.clusterRoleBindings),
    authorizer,
    signal: stop.signal,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      store[Symbol.dispose]();
    },
  };
}

/** Waits until something that follows the store is true. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  while (!(await isTrue())) await systemClock.sleep(5, signal);
}
