import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pot, potKey, pots, shed, sheds } from '../client/garden.sample.ts';
import type { ServedKind } from '../client/over-store/served-kind.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { settled } from '../clock/manual-clock.ts';
import type { KubeObject, OwnerReference } from '../object/kube-object.ts';
import { MemoryStore } from '../store/memory.ts';
import { GarbageWatch } from './garbage-watch.ts';

/** A client that counts its lists. */
class CountingClient extends StoreObjectClient {
  lists = 0;

  override async list(...args: Parameters<StoreObjectClient['list']>) {
    this.lists += 1;
    return await super.list(...args);
  }
}

const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject): OwnerReference => ({
  ...{ apiVersion, kind, name, uid },
  blockOwnerDeletion: true,
});

const { signal } = new AbortController();

test('GarbageWatch: it lists nothing while there can be no garbage, and finds what comes', async () => {
  using store = new MemoryStore();
  const client = new CountingClient(store, [pots, sheds]);
  using garbage = new GarbageWatch(client, () => [pots, sheds]);
  const plant = async (name: string, ...ownerReferences: readonly OwnerReference[]): Promise<KubeObject> =>
    await client.create(pots, pot('home', name, {}, { ownerReferences }));
  const left = async (): Promise<readonly string[]> =>
    (await client.list(pots)).items.map(({ metadata: { name } }) => name);
  const collect = async (): Promise<number> => {
    await settled();
    const before = client.lists;
    await garbage.collect(signal);
    return client.lists - before;
  };
  const [owner, other] = [await plant('owner'), await plant('other')];
  await plant('child', ownedBy(owner));
  assert.ok((await collect()) > 0);
  await client.patch(potKey('home', 'child'), { type: 'merge', changes: { spec: { size: 7 } } });
  await client.delete(potKey('home', 'other'));
  assert.equal(await collect(), 0);
  await client.delete(potKey('home', 'owner'));
  assert.ok((await collect()) > 0);
  assert.deepEqual(await left(), []);
  await plant('late', ownedBy(other));
  assert.ok((await collect()) > 0);
  assert.deepEqual(await left(), []);
  assert.equal(await collect(), 0);
});

test('GarbageWatch: kinds that come are watched as well', async () => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [pots, sheds]);
  let kinds: readonly ServedKind[] = [pots];
  using garbage = new GarbageWatch(client, () => kinds);
  const owner = await client.create(sheds, shed('owner'));
  await client.create(pots, pot('home', 'child', {}, { ownerReferences: [ownedBy(owner)] }));
  await client.delete({ ...sheds, name: 'owner' });
  await garbage.collect(signal);
  assert.equal((await client.list(pots)).items.length, 1);
  kinds = [pots, sheds];
  await garbage.collect(signal);
  assert.equal((await client.list(pots)).items.length, 0);
});
