import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenGarden } from './test-garden.ts';
import { pot, potKey, pots } from './garden.sample.ts';

const finalizers = ['garden.example/one', 'garden.example/two'];

export function testDeletes(name: string, open: OpenGarden): void {
  describe(`${name} keeps the client contract: delete`, () => {
    test('what is deleted is gone, and another of its name is another one', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const first = await client.create(pots, pot(home, 'a'));
      assert.deepEqual(await client.delete(potKey(home, 'a')), { uid: first.metadata.uid });
      await assert.rejects(client.get(potKey(home, 'a')), { code: 'NOT_FOUND' });
      await assert.rejects(client.delete(potKey(home, 'a')), { code: 'NOT_FOUND' });
      const { metadata } = await client.create(pots, pot(home, 'a'));
      assert.notEqual(metadata.uid, first.metadata.uid);
      const { resourceVersion } = metadata;
      const other = { ...first, metadata: { ...first.metadata, resourceVersion }, spec: { size: 9 } };
      await assert.rejects(client.update(pots, other), { code: 'CONFLICT' });
    });

    test('only the object that is meant is deleted', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const { metadata } = await client.create(pots, pot(home, 'a'));
      const { uid } = metadata;
      const { resourceVersion } = (
        await client.patch(potKey(home, 'a'), { type: 'merge', changes: { spec: { size: 4 } } })
      ).metadata;
      for (const preconditions of [
        { uid: 'another' },
        { resourceVersion: metadata.resourceVersion },
        { uid, resourceVersion: metadata.resourceVersion },
      ])
        await assert.rejects(client.delete(potKey(home, 'a'), { preconditions }), { code: 'CONFLICT' });
      await client.delete(potKey(home, 'a'), { preconditions: { uid, resourceVersion } });
      await assert.rejects(client.get(potKey(home, 'a')), { code: 'NOT_FOUND' });
    });

    test('an object with finalizers stays until the last is gone, and gets no new ones', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      await client.create(pots, pot(home, 'a', {}, { finalizers }));
      const { remaining } = await client.delete(potKey(home, 'a'));
      const marked = await client.get(potKey(home, 'a'));
      assert.deepEqual(remaining, marked);
      assert.ok(marked.metadata.deletionTimestamp);
      await client.delete(potKey(home, 'a'));
      const more = { ...marked.metadata, finalizers: [...finalizers, 'garden.example/three'] };
      await assert.rejects(client.update(pots, { ...marked, metadata: more }), { code: 'INVALID' });
      const one = await client.patch(potKey(home, 'a'), {
        type: 'merge',
        changes: { metadata: { finalizers: finalizers.slice(1), deletionTimestamp: null } },
      });
      assert.equal(one.metadata.deletionTimestamp, marked.metadata.deletionTimestamp);
      await client.update(pots, { ...one, metadata: { ...one.metadata, finalizers: [] } });
      await assert.rejects(client.get(potKey(home, 'a')), { code: 'NOT_FOUND' });
    });

    test('the garbage collector learns what becomes of dependents by finalizers', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      for (const [propagationPolicy, finalizer] of [
        ['Foreground', 'foregroundDeletion'],
        ['Orphan', 'orphan'],
      ] as const) {
        const { name: potName } = (await client.create(pots, pot(home, finalizer.toLowerCase()))).metadata;
        await client.delete(potKey(home, potName), { propagationPolicy });
        const { metadata } = await client.get(potKey(home, potName));
        assert.deepEqual(
          [metadata.finalizers, metadata.deletionTimestamp !== undefined],
          [[finalizer], true],
        );
      }
      await client.create(pots, pot(home, 'c'));
      await client.delete(potKey(home, 'c'), { propagationPolicy: 'Background' });
      await assert.rejects(client.get(potKey(home, 'c')), { code: 'NOT_FOUND' });
    });
  });
}
