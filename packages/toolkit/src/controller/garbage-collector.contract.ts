import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collectGarbage } from './garbage-collector.ts';
import type { KubeObject, OwnerReference } from '../object/kube-object.ts';
import type { OpenGarden } from '../client/test-garden.ts';
import { pot, potKey, pots, sheds } from '../client/garden.sample.ts';
import type { ObjectClient } from '../client/object-client.ts';

const kinds = [pots, sheds];
const { signal } = new AbortController();

const ownedBy = (
  { apiVersion, kind, metadata: { name, uid } }: KubeObject,
  blockOwnerDeletion = true,
): OwnerReference => ({ apiVersion, kind, name, uid, blockOwnerDeletion });

async function plant(
  client: ObjectClient,
  namespace: string,
  name: string,
  ...ownerReferences: readonly OwnerReference[]
): Promise<KubeObject> {
  return await client.create(pots, pot(namespace, name, {}, { ownerReferences }));
}

async function left(client: ObjectClient, namespace: string): Promise<readonly string[]> {
  return (await client.list(pots, { namespace })).items.map(({ metadata }) => metadata.name);
}

export function testGarbageCollector(name: string, open: OpenGarden): void {
  describe(`collectGarbage on ${name}`, () => {
    test('what has no owner left goes after it, and nothing else', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const [gone, kept] = [await plant(client, home, 'gone'), await plant(client, home, 'kept')];
      const child = await plant(client, home, 'child', ownedBy(gone));
      await plant(client, home, 'grandchild', ownedBy(child));
      await plant(client, home, 'shared', ownedBy(gone), ownedBy(kept));
      await plant(client, home, 'foreign', { ...ownedBy(gone), kind: 'Tree' });
      await client.delete(potKey(home, 'gone'), { propagationPolicy: 'Background' });
      await plant(client, home, 'gone');
      await collectGarbage(client, kinds, signal);
      assert.deepEqual(await left(client, home), ['foreign', 'gone', 'kept', 'shared']);
    });

    test('what is deleted in the foreground goes after all that block it', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const [owner, other] = [await plant(client, home, 'owner'), await plant(client, home, 'other')];
      const child = await plant(client, home, 'child', ownedBy(owner));
      const finalizers = ['garden.example/water'];
      const ownerReferences = [ownedBy(child)];
      await client.create(pots, pot(home, 'grandchild', {}, { finalizers, ownerReferences }));
      await plant(client, home, 'idle', ownedBy(owner, false));
      await plant(client, home, 'shared', ownedBy(owner), ownedBy(other));
      await client.delete(potKey(home, 'owner'), { propagationPolicy: 'Foreground' });
      await collectGarbage(client, kinds, signal);
      assert.deepEqual(await left(client, home), ['child', 'grandchild', 'other', 'owner', 'shared']);
      await client.patch(potKey(home, 'grandchild'), {
        type: 'merge',
        changes: { metadata: { finalizers: [] } },
      });
      await collectGarbage(client, kinds, signal);
      assert.deepEqual(await left(client, home), ['other', 'shared']);
      const { ownerReferences: owners } = (await client.get(potKey(home, 'shared'))).metadata;
      assert.deepEqual(owners, [ownedBy(other)]);
    });

    test('what is orphaned stays, and has lost its owner', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const owner = await plant(client, home, 'owner');
      await plant(client, home, 'child', ownedBy(owner));
      await client.delete(potKey(home, 'owner'), { propagationPolicy: 'Orphan' });
      await collectGarbage(client, kinds, signal);
      assert.deepEqual(await left(client, home), ['child']);
      const { ownerReferences = [] } = (await client.get(potKey(home, 'child'))).metadata;
      assert.deepEqual(ownerReferences, []);
    });
  });
}
