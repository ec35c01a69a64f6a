import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { objectProblem } from '../store/object-problem.ts';
import { StoreAdministration } from '../store/store-administration.ts';
import { hostLeaseSeconds, liveHosts } from './host-lease.ts';
import { registerHost } from './register-host.ts';
import { removeHost } from './remove-host.ts';

async function setUp() {
  const [store, clock] = [new MemoryStore({ problemOf: objectProblem }), new ManualClock()];
  const paths = { dataDir: tmpdir(), runDir: tmpdir() };
  const self = { name: 'a', isAlone: false };
  const administration = new StoreAdministration(store, { paths, self });
  const lost = { name: 'b', uid: 'uid-of-b', paths, administration, clock };
  await registerHost(lost);
  return { store, administration, clock, lost, self };
}

const key = { group: 'ignite.weave.works', kind: 'Host', namespace: '', name: 'b' };

test('removeHost: a host is removed with its lease once that is out, and not before', async () => {
  const { store, administration, clock, lost, self } = await setUp();
  await clock.advance((hostLeaseSeconds - 1) * 1_000);
  await assert.rejects(removeHost('b', { administration, clock, self }), { code: 'HOST_ALIVE' });
  await store.get(key);
  await clock.advance(1_000);
  assert.equal(await removeHost('b', { administration, clock, self }), true);
  await assert.rejects(store.get(key), { code: 'NOT_FOUND' });
  assert.equal(await removeHost('b', { administration, clock, self }), false);
  await registerHost(lost);
  assert.ok((await liveHosts(administration.objects, clock.now())).has('b'), 'one that returns is as before');
});

test('removeHost: a host does not remove itself', async () => {
  const { administration, clock } = await setUp();
  const self = { name: 'b', isAlone: false };
  await assert.rejects(removeHost('b', { administration, clock, self }), { code: 'HOST_OWN' });
});

test('removeHost: a host whose record is damaged is removed too, unless it is alive', async () => {
  const { store, administration, clock, self } = await setUp();
  await store.patch(key, { status: { addresses: null } });
  await assert.rejects(removeHost('b', { administration, clock, self }), { code: 'HOST_ALIVE' });
  assert.equal((await store.list(key)).broken?.length, 1);
  await clock.advance(hostLeaseSeconds * 1_000);
  assert.equal(await removeHost('b', { administration, clock, self }), true);
  assert.deepEqual((await store.list(key)).broken, []);
});

test('removeHost: a host whose removal others refuse keeps its lease', async () => {
  const { store, administration, clock, self } = await setUp();
  await clock.advance(hostLeaseSeconds * 1_000);
  const { revision } = await store.list(key);
  const refusing = administration.admittedBy({
    mutate: async ({ object }) => object,
    check: async () => {
      throw new Error('refused');
    },
  });
  await assert.rejects(removeHost('b', { administration: refusing, clock, self }), { message: 'refused' });
  assert.equal((await store.list(key)).revision, revision, 'nothing is written');
});
