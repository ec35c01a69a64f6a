import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { kinds as vmKinds } from '@ignite/api/v1/kinds';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { sandboxClients } from './controllers/sandbox-clients.ts';
import { kinds } from './kinds/kinds.ts';
import { isControlledBy } from './plan/owner.ts';
import { runSandboxes } from './run-sandboxes.ts';

const namespace = 'default';
const podTemplate = { spec: { containers: [{ name: 'main', image: 'python:3.12' }] } };

/** A clock on which no pause ends, so that all that happens was caused by a change of an object. */
const still: Clock = {
  now: () => Date.parse('2026-01-01T12:00:00Z'),
  sleep: async (_ms, signal) =>
    await new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
};

const mostLooks = 2_000;

/** Waits until an object is as it is to be. */
async function become(
  of: { find(key: object): Promise<KubeObject | undefined> },
  key: object,
  isSo: (object: KubeObject) => boolean,
): Promise<void> {
  for (let looks = 0; looks < mostLooks; looks++) {
    const found = await of.find(key);
    if (found && isSo(found)) return;
    await delay(5);
  }
  assert.fail(`it is ${JSON.stringify(await of.find(key))}`);
}

test('runSandboxes: Sandboxes and claims go on once what had their names is gone', async () => {
  const ending = new AbortController();
  const client = new StoreObjectClient(new MemoryStore(), [...vmKinds, ...kinds].map(servedKindOf));
  const clients = sandboxClients(client);
  const [box, mine] = [
    { namespace, name: 'box' },
    { namespace, name: 'mine' },
  ];
  await clients.vms.create({ metadata: box, spec: { image: { oci: 'other' } } });
  await clients.sandboxes.create({ metadata: mine, spec: { podTemplate } });
  await clients.templates.create({ metadata: { namespace, name: 'python' }, spec: { podTemplate } });
  const spec = { replicas: 0, sandboxTemplateRef: { name: 'python' } };
  await clients.pools.create({ metadata: { namespace, name: 'pool' }, spec });
  const claim = await clients.claims.create({ metadata: mine, spec: { warmPoolRef: { name: 'pool' } } });
  const sandbox = await clients.sandboxes.create({ metadata: box, spec: { podTemplate } });
  const host = { name: 'a', isAlone: true };
  const running = runSandboxes({ client, host, clock: still, log: () => {} }, ending.signal);
  try {
    const saysSo = (object: KubeObject): boolean => JSON.stringify(object).includes('not its own');
    await become(clients.sandboxes, box, saysSo);
    await become(clients.claims, mine, saysSo);
    await clients.vms.delete(box);
    await clients.sandboxes.delete(mine);
    await become(clients.vms, box, (vm) => isControlledBy(vm, sandbox));
    await become(clients.sandboxes, mine, (made) => isControlledBy(made, claim));
  } finally {
    ending.abort();
    await running;
  }
});
