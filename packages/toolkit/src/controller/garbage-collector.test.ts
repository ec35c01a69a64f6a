import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pot, potKey, pots, shed, sheds } from '../client/garden.sample.ts';
import { gardenIn } from '../client/over-store/store-garden.sample.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import type { KubeObject, OwnerReference } from '../object/kube-object.ts';
import { MemoryStore } from '../store/memory.ts';
import { testGarbageCollector } from './garbage-collector.contract.ts';
import { collectGarbage } from './garbage-collector.ts';

testGarbageCollector('StoreObjectClient', async () => gardenIn(new MemoryStore()));

const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject): OwnerReference => ({
  ...{ apiVersion, kind, name, uid },
  blockOwnerDeletion: true,
});

/** A client that cannot list sheds until it is mended. */
class BrokenClient extends StoreObjectClient {
  isMended = false;

  override async list(...[resource, options]: Parameters<StoreObjectClient['list']>) {
    if (resource.resource === 'sheds' && !this.isMended) throw new Error('no sheds');
    return await super.list(resource, options);
  }
}

test('collectGarbage: a kind that cannot be listed keeps what may depend on it, and no other garbage', async () => {
  using store = new MemoryStore();
  const client = new BrokenClient(store, [pots, sheds]);
  const { signal } = new AbortController();
  const plant = async (name: string, ...ownerReferences: readonly OwnerReference[]): Promise<KubeObject> =>
    await client.create(pots, pot('home', name, {}, { ownerReferences }));
  const [gone, last] = [await plant('gone'), await plant('last')];
  const shedOf = async (name: string, owner?: KubeObject): Promise<KubeObject> =>
    await client.create(sheds, {
      ...shed(name),
      metadata: { name, ...(owner && { ownerReferences: [ownedBy(owner)] }) },
    });
  await plant('child', ownedBy(gone));
  await plant('of-shed', ownedBy(await shedOf('old')));
  await plant('of-both', ownedBy(gone), ownedBy(await shedOf('kept')));
  await client.delete({ ...sheds, name: 'old' });
  await client.delete(potKey('home', 'gone'), { propagationPolicy: 'Background' });
  await shedOf('of-last', last);
  await client.delete(potKey('home', 'last'), { propagationPolicy: 'Foreground' });
  const left = async (): Promise<readonly string[]> =>
    (await client.list(pots)).items.map(({ metadata: { name } }) => name);
  await assert.rejects(collectGarbage(client, [pots, sheds], signal), { message: 'no sheds' });
  assert.deepEqual(await left(), ['last', 'of-both', 'of-shed']);
  client.isMended = true;
  await collectGarbage(client, [pots, sheds], signal);
  assert.deepEqual(await left(), ['of-both']);
  assert.deepEqual(
    (await client.list(sheds)).items.map(({ metadata: { name } }) => name),
    ['kept'],
  );
});
