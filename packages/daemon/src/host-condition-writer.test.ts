import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '@ignite/api/v1/host';
import { kinds } from '@ignite/api/v1/kinds';
import { hostKind } from '@ignite/api/v1/object-kinds';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock, settled } from '@ignite/toolkit/clock/manual-clock';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { HostConditionWriter } from './host-condition-writer.ts';

/** A store whose writes take until the test lets them go on. */
class SlowStore extends MemoryStore {
  held: Promise<void> | undefined;

  override async update(object: KubeObject): Promise<KubeObject> {
    await this.held;
    return await super.update(object);
  }
}

function open() {
  const [store, clock] = [new SlowStore(), new ManualClock()];
  const objects = new StoreObjectClient(store, kinds.map(servedKindOf));
  const hosts = new KindClient<Host>(objects, hostKind);
  const log: string[] = [];
  const writer = new HostConditionWriter({
    ...{ objects, clock, host: 'a', type: 'Served' },
    log: (_level, message) => void log.push(message),
  });
  return {
    ...{ store, clock, log, writer },
    storeHost: async (): Promise<unknown> =>
      await store.create({
        ...{ apiVersion: hostKind.apiVersion, kind: 'Host', spec: {}, status: { conditions: [] } },
        metadata: { namespace: '', name: 'a', uid: 'u' },
      }),
    written: async (): Promise<readonly string[]> =>
      (await hosts.get({ name: 'a' })).status.conditions.map(({ type, reason }) => `${type} ${reason}`),
    [Symbol.asyncDispose]: async () => await writer[Symbol.asyncDispose](),
  };
}

test('HostConditionWriter: what is found before the Host is stored is written once it is', async () => {
  await using at = open();
  at.writer.write({ status: 'True', reason: 'Serving' });
  await settled();
  assert.deepEqual(at.log, ['the state of the host was not written']);
  await at.storeHost();
  await at.clock.advance(1_000);
  assert.deepEqual(await at.written(), ['Served Serving']);
});

test('HostConditionWriter: a write that takes long does not undo a later one', async () => {
  await using at = open();
  await at.storeHost();
  const slow = Promise.withResolvers<void>();
  at.store.held = slow.promise;
  at.writer.write({ status: 'False', reason: 'Unreachable' });
  await settled();
  at.store.held = undefined;
  at.writer.write({ status: 'True', reason: 'Serving' });
  await settled();
  slow.resolve();
  await at.clock.advance(0);
  assert.deepEqual(await at.written(), ['Served Serving']);
});

test('HostConditionWriter: one that is disposed of does not wait for a Host that never comes', async () => {
  const at = open();
  at.writer.write({ status: 'True', reason: 'Serving' });
  await settled();
  await at[Symbol.asyncDispose]();
  assert.equal(at.clock.untilNext, undefined);
});
