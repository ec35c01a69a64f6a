import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { claimHost } from '@ignite/engine/tools/hosts/register-host';
import { liveHosts } from '@ignite/engine/tools/hosts/host-lease';
import { StoreAdministration } from '@ignite/engine/tools/store/store-administration';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { keepHost } from './keep-host.ts';

const paths = { dataDir: tmpdir(), runDir: tmpdir() };

const administrationOf = (store: MemoryStore): StoreAdministration =>
  new StoreAdministration(store, { paths, self: { name: 'a', isAlone: false } });

/** A store that does not always answer. */
class LeavingStore extends MemoryStore {
  isAway = false;

  override async update(object: KubeObject): Promise<KubeObject> {
    if (this.isAway) throw new Error('it is away');
    return await super.update(object);
  }
}

test('keepHost: the host is alive for as long as it is kept, though its store may fail in between', async () => {
  const [store, clock, ending] = [new LeavingStore(), new ManualClock(), new AbortController()];
  const administration = administrationOf(store);
  const failures: unknown[] = [];
  const kept = keepHost(
    { name: 'a', uid: 'u', isAlone: false, paths, administration, clock, clear: async () => {} },
    (_level, _message, fields) => void failures.push(fields),
    ending.signal,
  );
  const isAlive = async (): Promise<boolean> =>
    (await liveHosts(administration.objects, clock.now())).has('a');
  while (!(await isAlive())) await new Promise(setImmediate);
  await clock.advance(35_000);
  assert.ok(await isAlive());
  store.isAway = true;
  await clock.advance(15_000);
  assert.ok(failures.length > 0 && (await isAlive()));
  store.isAway = false;
  await clock.advance(30_000);
  assert.ok(await isAlive());
  ending.abort();
  await kept;
  await clock.advance(41_000);
  assert.ok(!(await isAlive()));
});

test('keepHost: a host that was removed while it was silent stores itself again, and clears what was removed of it', async () => {
  const [store, clock, ending] = [new LeavingStore(), new ManualClock(), new AbortController()];
  const administration = administrationOf(store);
  const cleared: number[] = [];
  const host = { name: 'a', uid: 'u', isAlone: false, paths, administration, clock };
  const kept = keepHost(
    { ...host, clear: async () => void cleared.push(clock.now()) },
    () => {},
    ending.signal,
  );
  while (cleared.length === 0) await new Promise(setImmediate);
  await clock.advance(30_000);
  assert.equal(cleared.length, 1);
  const key = { group: 'ignite.weave.works', kind: 'Host', namespace: '', name: 'a' };
  await store.delete(key);
  await clock.advance(10_000);
  while (cleared.length === 1) await new Promise(setImmediate);
  assert.equal((await store.get(key)).metadata.uid, 'u');
  assert.ok((await liveHosts(administration.objects, clock.now())).has('a'));
  // Another host has taken the name meanwhile, so the VMs are its own.
  await store.delete(key);
  await claimHost({ ...host, uid: 'other' });
  const taken = assert.rejects(kept, { code: 'HOST_NAME_TAKEN' });
  await clock.advance(10_000);
  await taken;
  ending.abort();
});

test('keepHost: a host that is alone is stored once, and writes nothing from then on', async () => {
  const [store, clock] = [new MemoryStore(), new ManualClock()];
  const administration = administrationOf(store);
  const host = { name: 'a', uid: 'u', isAlone: true, paths, administration, clock, clear: async () => {} };
  await keepHost(host, () => {}, new AbortController().signal);
  const { items } = await store.list({ group: 'ignite.weave.works', kind: 'Host' });
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['a'],
  );
});
