import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenGarden } from './test-garden.ts';
import { pot, potKey, pots } from './garden.sample.ts';
import type { ObjectPatch } from './object-client.ts';

const merge = (changes: Readonly<Record<string, unknown>>): ObjectPatch => ({ type: 'merge', changes });

export function testPatches(name: string, open: OpenGarden): void {
  describe(`${name} keeps the client contract: patch`, () => {
    test('a merge patch changes what it names, null removes, and the status stays', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      await client.create(pots, pot(home, 'a', { colour: 'red' }, { labels: { old: 'x', sun: 'yes' } }));
      const next = await client.patch(
        potKey(home, 'a'),
        merge({
          metadata: { labels: { old: null, wind: 'no' } },
          spec: { colour: null, size: 5 },
          status: { wet: true },
        }),
      );
      assert.deepEqual(next.metadata.labels, { sun: 'yes', wind: 'no' });
      assert.deepEqual([next.spec, next.status, next.metadata.generation], [{ size: 5 }, undefined, 2]);
    });

    test('a patch of the status changes nothing else', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      await client.create(pots, pot(home, 'a'));
      const next = await client.patch(
        potKey(home, 'a'),
        merge({ spec: { size: 5 }, status: { wet: true } }),
        { subresource: 'status' },
      );
      assert.deepEqual([next.spec, next.status], [{ size: 3 }, { wet: true }]);
    });

    test('patches at the same time are all applied, unless they name a version', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const { metadata } = await client.create(pots, pot(home, 'a'));
      const labels = ['a', 'b', 'c', 'd'];
      await Promise.all(
        labels.map((label) =>
          client.patch(potKey(home, 'a'), merge({ metadata: { labels: { [label]: 'x' } } })),
        ),
      );
      const now = await client.get(potKey(home, 'a'));
      assert.deepEqual(Object.keys(now.metadata.labels).toSorted(), labels);
      const { resourceVersion } = metadata;
      const stale = merge({ metadata: { resourceVersion }, spec: { size: 9 } });
      await assert.rejects(client.patch(potKey(home, 'a'), stale), { code: 'CONFLICT' });
    });

    test('a JSON patch is applied in whole or not at all', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      await client.create(pots, pot(home, 'a', { colour: 'red' }));
      const next = await client.patch(potKey(home, 'a'), {
        type: 'json',
        operations: [
          { op: 'test', path: '/spec/size', value: 3 },
          { op: 'replace', path: '/spec/size', value: 4 },
          { op: 'remove', path: '/spec/colour' },
          { op: 'add', path: '/tags', value: { 'a/b': 'x' } },
          { op: 'copy', from: '/tags/a~1b', path: '/tags/c' },
        ],
      });
      assert.deepEqual([next.spec, next['tags']], [{ size: 4 }, { 'a/b': 'x', c: 'x' }]);
      for (const failing of [
        { op: 'test', path: '/spec/size', value: 3 },
        { op: 'remove', path: '/spec/nothing' },
      ] as const) {
        const operations = [{ op: 'replace', path: '/spec/size', value: 9 } as const, failing];
        await assert.rejects(client.patch(potKey(home, 'a'), { type: 'json', operations }), {
          code: 'INVALID',
        });
      }
      assert.deepEqual((await client.get(potKey(home, 'a'))).spec, { size: 4 });
    });

    test('what a patch makes must be valid and of the same name, and its object must exist', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      await client.create(pots, pot(home, 'a'));
      for (const [changes, code] of [
        [{ spec: { size: 0 } }, 'INVALID'],
        [{ metadata: { name: 'b' } }, 'BAD_REQUEST'],
        [{ kind: 'Shed' }, 'INVALID'],
      ] as const)
        await assert.rejects(client.patch(potKey(home, 'a'), merge(changes)), { code });
      await assert.rejects(client.patch(potKey(home, 'b'), merge({})), { code: 'NOT_FOUND' });
    });
  });
}
