import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { controlHostPods } from '@ignite/engine/pod/control-host-pods';
import { ManualClock, settled } from '@ignite/toolkit/clock/manual-clock';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { servedClusterKinds } from '@ignite/cluster/kinds/served-kinds';

const key = { namespace: 'default', name: 'dev' };
const intervalMs = 5_000;

/** Runs the controller of a host over a store. What it does is noted. */
function controller(t: TestContext, self = { name: 'a', isAlone: false }, work = async () => {}) {
  const client = new StoreObjectClient(new MemoryStore(), servedClusterKinds);
  const [clock, stop] = [new ManualClock(), new AbortController()];
  const done: string[] = [];
  const running = controlHostPods(
    {
      ...{ client, self, clock, log: () => {} },
      keeper: {
        reconcile: async (pod: HostPod) => {
          done.push(`reconcile ${pod.spec.hostName}`);
          await work();
          return { status: { address: '10.61.0.2', programs: [] }, requeueAfterMs: intervalMs };
        },
        remove: async () => void done.push('remove'),
      },
    },
    stop.signal,
  );
  t.after(async () => {
    stop.abort();
    await running;
  });
  return { clock, done, pods: new KindClient(client, hostPodKind) };
}

test('a pod without a host is bound to the host that takes it, and looked at again and again', async (t) => {
  const { clock, done, pods } = controller(t);
  await pods.create({ metadata: key, spec: {} });
  await settled();
  assert.deepEqual(done, ['reconcile a']);
  const pod = await pods.get(key);
  assert.equal(pod.spec.hostName, 'a');
  assert.equal(pod.status?.address, '10.61.0.2');
  await clock.advance(intervalMs);
  await settled();
  assert.deepEqual(done, ['reconcile a', 'reconcile a']);
});

test('a pod whose host is given with it is looked at again and again', async (t) => {
  const { clock, done, pods } = controller(t);
  await pods.create({ metadata: key, spec: { hostName: 'a' } });
  await settled();
  assert.deepEqual(done, ['reconcile a']);
  assert.equal((await pods.get(key)).metadata.finalizers.length, 1);
  await clock.advance(intervalMs);
  await settled();
  assert.deepEqual(done, ['reconcile a', 'reconcile a']);
});

test('a pod is looked at again after others have changed its metadata', async (t) => {
  const { clock, done, pods } = controller(t);
  await pods.create({ metadata: key, spec: {} });
  await settled();
  const { finalizers } = (await pods.get(key)).metadata;
  await pods.modify(key, (now) => ({ ...now, metadata: { ...now.metadata, finalizers: [] } }));
  await settled();
  assert.deepEqual((await pods.get(key)).metadata.finalizers, finalizers);
  const before = done.length;
  await clock.advance(intervalMs);
  await settled();
  assert.equal(done.length, before + 1);
});

test('a pod is looked at again after it changed while it was being worked on', async (t) => {
  const { clock, done, pods } = controller(t, { name: 'a', isAlone: false }, async () => {
    if (done.length === 1) throw new ObjectError('CONFLICT', 'somebody was faster');
  });
  await pods.create({ metadata: key, spec: {} });
  await settled();
  await clock.advance(2_000);
  await settled();
  assert.deepEqual(done, ['reconcile a', 'reconcile a']);
});

test('a pod that cannot be worked on says so, and is ready again when it can', async (t) => {
  let isBroken = false;
  const { clock, pods } = controller(t, { name: 'a', isAlone: false }, async () => {
    if (isBroken) throw new Error('its address is taken');
  });
  await pods.create({ metadata: key, spec: {} });
  await settled();
  isBroken = true;
  await clock.advance(intervalMs);
  await settled();
  const told = (await pods.get(key)).status;
  assert.equal(told?.address, '10.61.0.2');
  assert.equal(told?.conditions?.[0]?.status, 'False');
  assert.equal(told?.conditions?.[0]?.message, 'its address is taken');
  isBroken = false;
  await clock.advance(60_000);
  await settled();
  assert.equal((await pods.get(key)).status?.conditions, undefined);
});

test('a pod of another host is left alone, also when it is deleted', async (t) => {
  const { done, pods } = controller(t);
  await pods.create({ metadata: { ...key, finalizers: ['b'] }, spec: { hostName: 'b' } });
  await pods.delete(key);
  await settled();
  assert.deepEqual(done, []);
  assert.deepEqual((await pods.get(key)).metadata.finalizers, ['b']);
});

test('a pod that is deleted goes once its host has cleared it away', async (t) => {
  const { done, pods } = controller(t);
  await pods.create({ metadata: key, spec: {} });
  await settled();
  await pods.delete(key);
  await settled();
  assert.deepEqual(done, ['reconcile a', 'remove']);
  assert.equal(await pods.find(key), undefined);
});
