import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenGarden } from './test-garden.ts';
import { pot, potKey, pots } from './garden.sample.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { KubeObject } from '../object/kube-object.ts';

const namesOf = (items: readonly KubeObject[]): readonly string[] =>
  items.map(({ metadata }) => metadata.name);

export function testLists(name: string, open: OpenGarden): void {
  describe(`${name} keeps the client contract: get and list`, () => {
    test('what is not there, and what is not served, is not found; a name cannot lead elsewhere', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      await assert.rejects(client.get(potKey(home, 'a')), { code: 'NOT_FOUND' });
      await assert.rejects(client.get({ ...potKey(home, 'a'), resource: 'pans' }), { code: 'NOT_FOUND' });
      await assert.rejects(client.get({ ...potKey(home, 'a'), version: 'v9' }), { code: 'NOT_FOUND' });
      await assert.rejects(client.list({ ...pots, group: 'other.example' }), { code: 'NOT_FOUND' });
      for (const hostile of ['', '.', '..', 'a/../b', 'a%2fb'])
        await assert.rejects(client.get(potKey(home, hostile)), { code: 'BAD_REQUEST' });
    });

    test('a list shows whole objects of one namespace or of all, by namespace and name', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home, other],
      } = garden;
      const [b, a, far] = [
        await client.create(pots, pot(home, 'b')),
        await client.create(pots, pot(home, 'a')),
        await client.create(pots, pot(other, 'c')),
      ];
      const { items, resourceVersion } = await client.list(pots, { namespace: home });
      assert.deepEqual(items, [a, b]);
      assert.ok(resourceVersion !== '');
      const everywhere = (await client.list(pots)).items.filter(({ metadata }) =>
        [home, other].includes(metadata.namespace),
      );
      assert.deepEqual(everywhere, [a, b, far]);
    });

    test('labels select by equality, by sets and by existence, all of which must fit', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      for (const [potName, labels] of [
        ['a', { sun: 'yes', size: 'l' }],
        ['b', { sun: 'no' }],
        ['c', { 'garden.example/wild': '' }],
      ] as const)
        await client.create(pots, pot(home, potName, {}, { labels }));
      for (const [selector, names] of [
        ['', ['a', 'b', 'c']],
        ['sun=yes', ['a']],
        ['sun==no', ['b']],
        ['sun!=yes', ['b', 'c']],
        ['sun in (yes, no)', ['a', 'b']],
        ['sun notin (yes)', ['b', 'c']],
        ['sun,!size', ['b']],
        ['!sun', ['c']],
        ['garden.example/wild=', ['c']],
        ['sun in (yes,no),size=s', []],
      ] as const) {
        const { items } = await client.list(pots, { namespace: home, labels: parseLabelSelector(selector) });
        assert.deepEqual(namesOf(items), names, selector);
      }
    });

    test('fields select where the kind allows it', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      await client.create(pots, pot(home, 'a', { colour: 'red' }));
      await client.create(pots, pot(home, 'b', { colour: 'blue' }));
      await client.create(pots, pot(home, 'c'));
      for (const [field, operator, value, names] of [
        ['metadata.name', '=', 'a', ['a']],
        ['metadata.name', '!=', 'a', ['b', 'c']],
        ['metadata.namespace', '=', 'elsewhere', []],
        ['spec.colour', '=', 'blue', ['b']],
        ['spec.colour', '=', '', ['c']],
        ['spec.colour', '=', 'a,b=c\\', []],
      ] as const) {
        const fields = [{ field, operator, value }];
        assert.deepEqual(namesOf((await client.list(pots, { namespace: home, fields })).items), names);
      }
      const fields = [{ field: 'spec.size', operator: '=', value: '3' } as const];
      await assert.rejects(client.list(pots, { fields }), { code: 'BAD_REQUEST' });
    });

    test('a long list comes in pages of one revision', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      for (const potName of ['a', 'b', 'c', 'd', 'e']) await client.create(pots, pot(home, potName));
      const first = await client.list(pots, { namespace: home, limit: 2 });
      await client.delete(potKey(home, 'a'));
      const second = await client.list(pots, { namespace: home, limit: 2, continue: first.continue });
      const third = await client.list(pots, { namespace: home, limit: 2, continue: second.continue });
      assert.deepEqual(
        [first, second, third].map(({ items }) => namesOf(items)),
        [['a', 'b'], ['c', 'd'], ['e']],
      );
      assert.equal(third.continue, undefined);
      assert.deepEqual(
        [first, third].map(({ remainingItemCount }) => remainingItemCount),
        [3, undefined],
      );
      assert.deepEqual(
        [second.resourceVersion, third.resourceVersion],
        [first.resourceVersion, first.resourceVersion],
      );
      await assert.rejects(client.list(pots, { namespace: home, limit: 2, continue: 'nonsense' }), {
        code: 'BAD_REQUEST',
      });
    });

    test('a call whose signal has aborted does nothing', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const signal = AbortSignal.abort(new Error('enough'));
      const made = await client.create(pots, pot(home, 'a'));
      for (const call of [
        () => client.get(potKey(home, 'a'), { signal }),
        () => client.list(pots, { signal }),
        () => client.create(pots, pot(home, 'b'), { signal }),
        () => client.update(pots, { ...made, spec: { size: 9 } }, { signal }),
        () => client.updateStatus(pots, { ...made, status: { wet: true } }, { signal }),
        () => client.patch(potKey(home, 'a'), { type: 'merge', changes: { spec: { size: 9 } } }, { signal }),
        () => client.delete(potKey(home, 'a'), { signal }),
      ])
        await assert.rejects(call, { message: 'enough' });
      assert.deepEqual((await client.list(pots, { namespace: home })).items, [made]);
    });
  });
}
