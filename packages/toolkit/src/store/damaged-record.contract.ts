import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MendableStore, NewObject } from './store.ts';
import type { RowOptions } from './stored-row.ts';

const potKind = { group: 'garden.example', kind: 'Pot' };
const pot = (name: string, spec: unknown = {}): NewObject => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: { name, uid: name },
  spec,
});

/** Tests what every store promises of records that are damaged. */
export function testDamagedRecords(
  name: string,
  open: (options: RowOptions) => Promise<MendableStore>,
): void {
  describe(`${name} keeps the contract of damaged records`, () => {
    const told: string[] = [];
    const opened = async (): Promise<MendableStore> => {
      told.length = 0;
      const store = await open({
        problemOf: ({ spec }) => (spec === 5 ? 'its spec is 5' : undefined),
        onBroken: ({ key, problem }) => told.push(`${key.namespace}/${key.name}: ${problem}`),
      });
      for (const each of [pot('a'), pot('b', 5), pot('c')]) await store.create(each);
      return store;
    };
    const names = async (store: MendableStore): Promise<readonly string[]> =>
      (await store.list(potKind)).items.map(({ metadata }) => metadata.name);

    test('a damaged record hinders its own object alone, and is told of once', async () => {
      using store = await opened();
      for (const _again of [1, 2]) {
        const { items, broken = [] } = await store.list(potKind);
        assert.deepEqual(
          items.map(({ metadata }) => metadata.name),
          ['a', 'c'],
        );
        const [{ key, problem, text } = assert.fail(), ...more] = broken;
        assert.deepEqual(key, { ...potKind, namespace: 'default', name: 'b' });
        assert.equal(problem, 'its spec is 5');
        assert.equal((JSON.parse(text) as NewObject)['spec'], 5);
        assert.equal(more.length, 0);
      }
      assert.deepEqual(told, ['default/b: its spec is 5']);
      const key = { ...potKind, name: 'b' };
      for (const act of [() => store.get(key), () => store.delete(key), () => store.patch(key, { spec: {} })])
        await assert.rejects(act, { code: 'OBJECT_BROKEN' });
      await assert.rejects(store.create(pot('b')), { code: 'ALREADY_EXISTS' });
    });

    test('a damaged record can be replaced, and no other', async () => {
      using store = await opened();
      await assert.rejects(store.mend(pot('a')), { code: 'NOT_FOUND' });
      await assert.rejects(store.mend(pot('d')), { code: 'NOT_FOUND' });
      const mended = await store.mend(pot('b', { size: 'l' }));
      assert.deepEqual(await store.get({ ...potKind, name: 'b' }), mended);
      assert.deepEqual(await names(store), ['a', 'b', 'c']);
      await store.delete({ ...potKind, name: 'b' });
      assert.deepEqual(await names(store), ['a', 'c']);
    });

    test('a watch tells that a damaged record was mended', async () => {
      using store = await opened();
      const { revision } = await store.list(potKind);
      const mended = await store.mend(pot('b'));
      for await (const event of store.watch(potKind, revision, AbortSignal.timeout(60_000))) {
        if (event.type === 'BOOKMARK') continue;
        assert.deepEqual([event.type, event.object], ['ADDED', mended]);
        return;
      }
      assert.fail('it did not tell');
    });
  });
}
