import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenGarden } from './test-garden.ts';
import { pot, potKey, pots } from './garden.sample.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { ObjectClient, ObjectPatch, Selection, WatchEvent } from './object-client.ts';

const labelled = (labels: Readonly<Record<string, string | null>>): ObjectPatch => ({
  type: 'merge',
  changes: { metadata: { labels } },
});

/** Watches until so many changes and ends of initial events have come, and returns them as text. */
async function seen(
  client: ObjectClient,
  options: Selection & { readonly resourceVersion?: string },
  count: number,
): Promise<readonly string[]> {
  const stop = new AbortController();
  const found: string[] = [];
  for await (const event of client.watch(pots, { ...options, signal: stop.signal })) {
    const told = textOf(event);
    if (told !== undefined) found.push(told);
    if (found.length === count) stop.abort();
  }
  return found;
}

function textOf(event: WatchEvent): string | undefined {
  if (event.type !== 'BOOKMARK') return `${event.type} ${event.object.metadata.name}`;
  return event.endsInitialEvents ? 'that was all' : undefined;
}

export function testWatches(name: string, open: OpenGarden): void {
  describe(`${name} keeps the client contract: watch`, () => {
    test('a watch from a revision sees every change once and in order, before and after it began', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home, other],
      } = garden;
      const { resourceVersion } = await client.list(pots, { namespace: home });
      await client.create(pots, pot(home, 'a'));
      await client.create(pots, pot(other, 'x'));
      const watching = seen(client, { namespace: home, resourceVersion }, 4);
      await client.patch(potKey(home, 'a'), labelled({ sun: 'yes' }));
      await client.create(pots, pot(home, 'b'));
      await client.delete(potKey(home, 'a'));
      assert.deepEqual(await watching, ['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']);
    });

    test('a watch can go on from any revision that it has told', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const { metadata } = await client.create(pots, pot(home, 'a'));
      await client.create(pots, pot(home, 'b'));
      const { resourceVersion } = metadata;
      assert.deepEqual(await seen(client, { namespace: home, resourceVersion }, 1), ['ADDED b']);
    });

    test('a watch without a revision begins with what is there, and says when that was all', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      for (const potName of ['a', 'b']) await client.create(pots, pot(home, potName));
      const watching = seen(client, { namespace: home }, 4);
      const first = await seen(client, { namespace: home }, 3);
      assert.deepEqual(first.toSorted(), ['ADDED a', 'ADDED b', 'that was all']);
      assert.equal(first[2], 'that was all');
      await client.create(pots, pot(home, 'c'));
      assert.equal((await watching)[3], 'ADDED c');
    });

    test('what begins to match is added, and what ceases to is deleted', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      await client.create(pots, pot(home, 'a'));
      const labels = parseLabelSelector('sun in (yes)');
      const watching = seen(client, { namespace: home, labels }, 5);
      const isReady = await seen(client, { namespace: home }, 2);
      assert.equal(isReady.length, 2);
      for (const sun of ['yes', 'no', 'yes']) await client.patch(potKey(home, 'a'), labelled({ sun }));
      await client.delete(potKey(home, 'a'));
      assert.deepEqual(await watching, ['that was all', 'ADDED a', 'DELETED a', 'ADDED a', 'DELETED a']);
    });

    test('a watch of one object sees no other', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const { resourceVersion } = await client.list(pots, { namespace: home });
      const fields = [{ field: 'metadata.name', operator: '=', value: 'b' } as const];
      const watching = seen(client, { namespace: home, fields, resourceVersion }, 2);
      for (const potName of ['a', 'b', 'c']) await client.create(pots, pot(home, potName));
      await client.delete(potKey(home, 'a'));
      await client.delete(potKey(home, 'b'));
      assert.deepEqual(await watching, ['ADDED b', 'DELETED b']);
    });

    test('a deleted object is told of with a version of its own', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const { metadata } = await client.create(pots, pot(home, 'a'));
      await client.delete(potKey(home, 'a'));
      const { resourceVersion } = metadata;
      const stop = new AbortController();
      for await (const event of client.watch(pots, {
        namespace: home,
        resourceVersion,
        signal: stop.signal,
      })) {
        if (event.type === 'BOOKMARK') continue;
        assert.equal(event.type, 'DELETED');
        assert.equal(event.object.metadata.uid, metadata.uid);
        assert.notEqual(event.object.metadata.resourceVersion, resourceVersion);
        stop.abort();
      }
    });

    test('a watch ends when its signal aborts', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const signal = AbortSignal.timeout(50);
      for await (const event of client.watch(pots, { namespace: home, signal }))
        assert.equal(textOf(event) ?? 'that was all', 'that was all');
      assert.ok(signal.aborted);
      const before = AbortSignal.abort();
      for await (const event of client.watch(pots, { signal: before })) assert.fail(event.type);
    });

    test('a watch from a revision whose changes are not kept is an error', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const resourceVersion = await garden.oldRevision();
      await assert.rejects(seen(client, { namespace: home, resourceVersion }, 1), {
        code: 'REVISION_TOO_OLD',
      });
    });

    test('a watch of a kind that is not served, or by a field that it has not, is an error', async () => {
      await using garden = await open();
      const { client } = garden;
      const stop = new AbortController();
      const failing = async (resource: typeof pots, selection: Selection): Promise<void> => {
        for await (const event of client.watch(resource, { ...selection, signal: stop.signal }))
          assert.fail(event.type);
      };
      await assert.rejects(failing({ ...pots, resource: 'pans' }, {}), { code: 'NOT_FOUND' });
      const fields = [{ field: 'spec.size', operator: '=', value: '3' } as const];
      await assert.rejects(failing(pots, { fields }), { code: 'BAD_REQUEST' });
    });
  });
}
