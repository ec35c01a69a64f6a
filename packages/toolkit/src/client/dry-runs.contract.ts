import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pot, potKey, pots } from './garden.sample.ts';
import type { OpenGarden } from './test-garden.ts';

const dryRun = { dryRun: true };

export function testDryRuns(name: string, open: OpenGarden): void {
  describe(`${name} keeps the client contract: dry run`, () => {
    test('a create is checked and answered as a real one, and creates nothing', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const tried = await client.create(pots, pot(home, 'a', { colour: 'red' }), dryRun);
      assert.deepEqual([tried.spec, tried.metadata.generation], [{ size: 3, colour: 'red' }, 1]);
      assert.notEqual(tried.metadata.uid, '');
      await assert.rejects(client.get(potKey(home, 'a')), { code: 'NOT_FOUND' });
      await assert.rejects(client.create(pots, pot(home, 'a', { size: 0 }), dryRun), { code: 'INVALID' });
      await client.create(pots, pot(home, 'a'));
      await assert.rejects(client.create(pots, pot(home, 'a'), dryRun), { code: 'ALREADY_EXISTS' });
    });

    test('changes are checked and answered as real ones, and change nothing', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const made = await client.create(pots, pot(home, 'a'));
      const updated = await client.update(pots, { ...made, spec: { size: 4 } }, dryRun);
      const { generation, resourceVersion } = updated.metadata;
      assert.deepEqual(updated.spec, { size: 4 });
      assert.deepEqual([generation, resourceVersion], [2, made.metadata.resourceVersion]);
      const wet = await client.updateStatus(pots, { ...made, status: { wet: true } }, dryRun);
      assert.deepEqual(wet.status, { wet: true });
      const patch = { type: 'merge', changes: { spec: { size: 5 } } } as const;
      assert.deepEqual((await client.patch(potKey(home, 'a'), patch, dryRun)).spec, { size: 5 });
      const wrong = { type: 'merge', changes: { spec: { size: 0 } } } as const;
      await assert.rejects(client.patch(potKey(home, 'a'), wrong, dryRun), { code: 'INVALID' });
      const other = { ...made, metadata: { ...made.metadata, resourceVersion: `${resourceVersion}0` } };
      await assert.rejects(client.update(pots, other, dryRun), { code: 'CONFLICT' });
      assert.deepEqual(await client.get(potKey(home, 'a')), made);
    });

    test('a delete is checked, and deletes nothing', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const made = await client.create(pots, pot(home, 'a'));
      assert.equal((await client.delete(potKey(home, 'a'), dryRun)).uid, made.metadata.uid);
      const preconditions = { uid: 'another' };
      await assert.rejects(client.delete(potKey(home, 'a'), { ...dryRun, preconditions }), {
        code: 'CONFLICT',
      });
      await assert.rejects(client.delete(potKey(home, 'b'), dryRun), { code: 'NOT_FOUND' });
      assert.deepEqual(await client.get(potKey(home, 'a')), made);
    });
  });
}
