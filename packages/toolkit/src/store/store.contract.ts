import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newUid } from '../object/uid.ts';
import type { GroupKind } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import type { Change, NewObject, ObjectStore, Revision } from './store.ts';

const potKind = { group: 'garden.example', kind: 'Pot' };
const panKind = { ...potKind, kind: 'Pan' };

/** Tests what every store promises. Each implementation's own test file passes its store to it. */
export function testStoreContract(
  name: string,
  open: () => Promise<ObjectStore>,
  forgetChanges: (store: ObjectStore, object: KubeObject) => Promise<void> = writeMany,
): void {
  const pot = (
    potName: string,
    labels: Readonly<Record<string, string>> = {},
    finalizers: readonly string[] = [],
  ): NewObject => ({
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    metadata: { name: potName, uid: newUid(), labels, finalizers },
    spec: { plant: 'mint', herbs: [{ name: 'x' }] },
    status: { wet: false },
  });

  describe(`${name} keeps the store contract`, () => {
    test('a created object can be read back, with its metadata filled in', async () => {
      using store = await open();
      const made = await store.create(pot('a'));
      assert.equal(made.metadata.generation, 1);
      assert.equal(made.metadata.namespace, 'default');
      assert.match(made.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT/);
      assert.deepEqual(await store.get({ ...potKind, name: 'a' }), made);
      await assert.rejects(store.get({ ...potKind, name: 'b' }), { code: 'NOT_FOUND' });
      await assert.rejects(store.get({ ...panKind, name: 'a' }), { code: 'NOT_FOUND' });
    });

    test('a name is taken once for each kind and namespace', async () => {
      using store = await open();
      await store.create(pot('a'));
      await assert.rejects(store.create(pot('a')), { code: 'ALREADY_EXISTS' });
      await store.create({ ...pot('a'), kind: 'Pan' });
      await store.create({ ...pot('a'), metadata: { ...pot('a').metadata, namespace: 'other' } });
    });

    test('an update that names an old version is refused and changes nothing', async () => {
      using store = await open();
      const first = await store.create(pot('a'));
      const second = await store.update({ ...first, status: { wet: true } });
      assert.notEqual(second.metadata.resourceVersion, first.metadata.resourceVersion);
      await assert.rejects(store.update({ ...first, status: { wet: 'no' } }), { code: 'CONFLICT' });
      assert.deepEqual((await store.get({ ...potKind, name: 'a' })).status, { wet: true });
    });

    test('an object of the same name but another uid is another one', async () => {
      using store = await open();
      const first = await store.create(pot('a'));
      await store.delete({ ...potKind, name: 'a' });
      const { metadata } = await store.create(pot('a'));
      const { resourceVersion } = metadata;
      await assert.rejects(store.update({ ...first, metadata: { ...first.metadata, resourceVersion } }), {
        code: 'CONFLICT',
      });
    });

    test('the generation counts changes of the spec alone', async () => {
      using store = await open();
      const first = await store.create(pot('a'));
      const status = await store.update({ ...first, status: { wet: true } });
      assert.equal(status.metadata.generation, 1);
      const spec = await store.update({ ...status, spec: { plant: 'fig' } });
      assert.equal(spec.metadata.generation, 2);
      const { creationTimestamp, uid } = first.metadata;
      const forged = { ...spec.metadata, generation: 99, creationTimestamp: 'never' };
      const kept = (await store.update({ ...spec, metadata: forged })).metadata;
      assert.deepEqual([kept.generation, kept.creationTimestamp, kept.uid], [2, creationTimestamp, uid]);
    });

    test('lists are ordered by name and chosen by labels, all of which must fit', async () => {
      using store = await open();
      await store.create(pot('c', { sun: 'yes', size: 'l' }));
      await store.create(pot('a', { sun: 'yes' }));
      await store.create(pot('b', { sun: 'no' }));
      const names = async (labels?: Record<string, string>) =>
        (await store.list(potKind, labels && { labels })).items.map(({ metadata }) => metadata.name);
      assert.deepEqual(await names(), ['a', 'b', 'c']);
      assert.deepEqual(await names({ sun: 'yes' }), ['a', 'c']);
      assert.deepEqual(await names({ sun: 'yes', size: 'l' }), ['c']);
      assert.deepEqual((await store.list(panKind)).items, []);
    });

    test('lists are chosen by fields too, whatever their depth', async () => {
      using store = await open();
      const first = await store.create(pot('a', { sun: 'yes' }));
      await store.create(pot('b', { sun: 'yes' }));
      await store.update({ ...first, status: { wet: true } });
      const names = async (fields: Record<string, string>) =>
        (await store.list(potKind, { labels: { sun: 'yes' }, fields })).items.map(
          ({ metadata }) => metadata.name,
        );
      assert.deepEqual(await names({ 'status.wet': 'true' }), ['a']);
      assert.deepEqual(await names({ 'metadata.name': 'b', 'spec.plant': 'mint' }), ['b']);
      assert.deepEqual(await names({ 'spec.nothing': 'x' }), []);
    });

    test('a renamed object is the same under another name, which must be free', async () => {
      using store = await open();
      const made = await store.create(pot('a', { sun: 'yes' }, ['garden/water']));
      await store.create(pot('b'));
      const { revision } = await store.list(potKind);
      await assert.rejects(store.rename({ ...potKind, name: 'a' }, 'b'), { code: 'ALREADY_EXISTS' });
      await assert.rejects(store.rename({ ...potKind, name: 'c' }, 'd'), { code: 'NOT_FOUND' });
      const next = await store.rename({ ...potKind, name: 'a' }, 'c');
      const { resourceVersion } = next.metadata;
      assert.deepEqual(next, { ...made, metadata: { ...made.metadata, name: 'c', resourceVersion } });
      assert.deepEqual(await store.get({ ...potKind, name: 'c' }), next);
      await assert.rejects(store.get({ ...potKind, name: 'a' }), { code: 'NOT_FOUND' });
      await store.update({ ...next, status: { wet: true } });
      const seen = (await take(store, revision, 3)).map(
        ({ type, object }) => `${type} ${object.metadata.name}`,
      );
      assert.deepEqual(seen, ['DELETED a', 'ADDED c', 'MODIFIED c']);
    });

    test('a patch changes what it names and no more, beside whoever else writes', async () => {
      using store = await open();
      const made = await store.create(pot('a', { sun: 'yes', old: 'x' }));
      await Promise.all([
        store.patch({ ...potKind, name: 'a' }, { metadata: { labels: { old: null, size: 'l' } } }),
        store.patch({ ...potKind, name: 'a' }, { spec: { plant: 'fig' } }),
        store.patch({ ...potKind, name: 'a' }, { status: { wet: true } }),
      ]);
      const now = await store.get({ ...potKind, name: 'a' });
      assert.deepEqual(now.metadata.labels, { sun: 'yes', size: 'l' });
      assert.deepEqual([now.spec, now.status], [{ plant: 'fig', herbs: [{ name: 'x' }] }, { wet: true }]);
      assert.equal(now.metadata.generation, 2);
      const { resourceVersion } = made.metadata;
      await assert.rejects(
        store.patch({ ...potKind, name: 'a' }, { metadata: { resourceVersion }, status: { wet: false } }),
        { code: 'CONFLICT' },
      );
      await assert.rejects(store.patch({ ...potKind, name: 'b' }, {}), { code: 'NOT_FOUND' });
    });

    test('a deletion that names an old version is refused', async () => {
      using store = await open();
      const first = await store.create(pot('a'));
      const second = await store.update({ ...first, status: { wet: true } });
      const { resourceVersion } = first.metadata;
      await assert.rejects(store.delete({ ...potKind, name: 'a' }, { resourceVersion }), {
        code: 'CONFLICT',
      });
      await store.delete({ ...potKind, name: 'a' }, { resourceVersion: second.metadata.resourceVersion });
      await assert.rejects(store.get({ ...potKind, name: 'a' }), { code: 'NOT_FOUND' });
    });

    test('a Namespace stays until nobody is named in its spec who must clean up', async () => {
      using store = await open();
      const key = { group: '', kind: 'Namespace', namespace: '', name: 'home' };
      const made = await store.create({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { namespace: '', name: 'home', uid: newUid() },
        spec: { finalizers: ['kubernetes'] },
      });
      const marked = await store.delete(key);
      assert.ok(marked.metadata.deletionTimestamp);
      assert.equal((await store.get(key)).metadata.uid, made.metadata.uid);
      await store.update({ ...marked, spec: { finalizers: [] } });
      await assert.rejects(store.get(key), { code: 'NOT_FOUND' });
    });

    test('an object with finalizers stays until the last is gone', async () => {
      using store = await open();
      await store.create(pot('a', {}, ['one', 'two']));
      const marked = await store.delete({ ...potKind, name: 'a' });
      assert.ok(marked.metadata.deletionTimestamp);
      const again = await store.delete({ ...potKind, name: 'a' });
      assert.equal(again.metadata.deletionTimestamp, marked.metadata.deletionTimestamp);
      const one = await store.update({ ...again, metadata: { ...again.metadata, finalizers: ['two'] } });
      await store.update({ ...one, metadata: { ...one.metadata, finalizers: [] } });
      await assert.rejects(store.get({ ...potKind, name: 'a' }), { code: 'NOT_FOUND' });
      await assert.rejects(store.delete({ ...potKind, name: 'a' }), { code: 'NOT_FOUND' });
    });

    test('a watch sees every change of its kind once and in order, before and after it began', async () => {
      using store = await open();
      const { revision } = await store.list(potKind);
      const first = await store.create(pot('a'));
      await store.create({ ...pot('a'), kind: 'Pan' });
      const watching = take(store, revision, 4);
      const second = await store.update({ ...first, status: { wet: true } });
      await store.update({ ...second, status: { wet: false } });
      await store.delete({ ...potKind, name: 'a' });
      const events = await watching;
      assert.deepEqual(
        events.map(({ type }) => type),
        ['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED'],
      );
      const revisions = events.map((event) => Number(event.revision));
      assert.deepEqual(
        revisions,
        [...new Set(revisions)].sort((a, b) => a - b),
      );
    });

    test('a watch continues from a given revision', async () => {
      using store = await open();
      await store.create(pot('a'));
      const { revision } = await store.list(potKind);
      await store.create(pot('b'));
      const [event] = await take(store, revision, 1);
      assert.equal(event?.object.metadata.name, 'b');
    });

    test('a watch gets bookmarks while only other kinds change', async () => {
      using store = await open();
      const { revision } = await store.list(potKind);
      const stop = new AbortController();
      await store.create({ ...pot('a'), kind: 'Pan' });
      for await (const event of store.watch(potKind, revision, stop.signal)) {
        assert.equal(event.type, 'BOOKMARK');
        assert.ok(Number(event.revision) > Number(revision));
        stop.abort();
      }
    });

    test('a watch ends when its signal aborts', async () => {
      using store = await open();
      const signal = AbortSignal.timeout(20);
      for await (const event of store.watch(potKind, '0', signal))
        assert.fail(`there is nothing to see: ${event.type}`);
      assert.ok(signal.aborted);
    });

    test('two groups may have a kind of the same name, and neither sees the other', async () => {
      using store = await open();
      const other = { group: 'kitchen.example', kind: 'Pot' };
      await store.create(pot('a'));
      const cooking = { ...pot('a'), apiVersion: 'kitchen.example/v1', spec: { soup: true } };
      const { revision } = await store.list(potKind);
      const made = await store.create(cooking);
      assert.deepEqual((await store.list(other)).items, [made]);
      await store.create({ ...pot('a'), apiVersion: 'v1' });
      assert.equal((await store.get({ group: '', kind: 'Pot', name: 'a' })).apiVersion, 'v1');
      await store.delete({ ...other, name: 'a' });
      await store.create(pot('b'));
      const seen = (await take(store, revision, 1)).map(({ object }) => object.metadata.name);
      assert.deepEqual(seen, ['b']);
      assert.equal((await store.list(potKind)).items.length, 2);
    });

    test('namespaces are apart; an object of a kind that has none is in none', async () => {
      using store = await open();
      for (const namespace of ['a-b', 'default', 'a', ''])
        await store.create({ ...pot('x'), metadata: { ...pot('x').metadata, namespace } });
      const namespaces = async (namespace?: string) =>
        (await store.list(potKind, namespace === undefined ? {} : { namespace })).items.map(
          ({ metadata }) => metadata.namespace,
        );
      assert.deepEqual(await namespaces(), ['', 'a', 'a-b', 'default']);
      assert.deepEqual(await namespaces('a'), ['a']);
      assert.deepEqual(await namespaces(''), ['']);
      await store.delete({ ...potKind, namespace: 'a', name: 'x' });
      assert.deepEqual(await namespaces(), ['', 'a-b', 'default']);
    });

    test('every field of an object is kept, whatever its kind has beside spec and status', async () => {
      using store = await open();
      const secret = { group: '', kind: 'Secret', name: 's' };
      const made = await store.create({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's', uid: newUid(), generateName: 's-', managedFields: [{ manager: 'me' }] },
        data: { key: 'c2VjcmV0' },
        type: 'Opaque',
      });
      assert.ok(!('spec' in made) && !('status' in made));
      const typed = await store.update({ ...made, data: { key: 'bmV3' } });
      assert.equal(typed.metadata.generation, 2);
      await store.patch(secret, { data: { more: 'eA==' }, metadata: { selfLink: '/s' } });
      const now = await store.get(secret);
      assert.deepEqual([now['data'], now['type']], [{ key: 'bmV3', more: 'eA==' }, 'Opaque']);
      const { generateName, managedFields, selfLink } = now.metadata;
      assert.deepEqual([generateName, managedFields, selfLink], ['s-', [{ manager: 'me' }], '/s']);
    });

    test('owners are whole, and are changed by updates and patches', async () => {
      using store = await open();
      const owner = { apiVersion: 'garden.example/v1', kind: 'Shed', name: 's', uid: '1' };
      const mine = { ...owner, controller: true, blockOwnerDeletion: true };
      const made = await store.create(pot('a'));
      const owners = async () => (await store.get({ ...potKind, name: 'a' })).metadata.ownerReferences;
      await store.update({ ...made, metadata: { ...made.metadata, ownerReferences: [mine] } });
      assert.deepEqual(await owners(), [mine]);
      await store.patch({ ...potKind, name: 'a' }, { status: { wet: true } });
      assert.deepEqual(await owners(), [mine]);
      await store.patch({ ...potKind, name: 'a' }, { metadata: { ownerReferences: [owner] } });
      assert.deepEqual(await owners(), [owner]);
      await store.patch({ ...potKind, name: 'a' }, { metadata: { ownerReferences: null } });
      assert.equal(await owners(), undefined);
    });

    test('nobody but the store sets the identity and the times of an object', async () => {
      using store = await open();
      await store.create(pot('a', {}, ['one']));
      const { metadata } = await store.delete({ ...potKind, name: 'a' });
      const { deletionTimestamp: _gone, ...undeleted } = metadata;
      const object = await store.get({ ...potKind, name: 'a' });
      const { metadata: kept } = await store.update({ ...object, metadata: undeleted });
      assert.equal(kept.deletionTimestamp, metadata.deletionTimestamp);
      const forged = { name: 'b', namespace: 'other', creationTimestamp: 'never', generation: 9 };
      const patched = await store.patch({ ...potKind, name: 'a' }, { kind: 'Pan', metadata: forged });
      assert.equal(patched.kind, 'Pot');
      const { resourceVersion: _version, ...now } = patched.metadata;
      const { resourceVersion: _old, ...before } = kept;
      assert.deepEqual(now, before);
      await assert.rejects(store.patch({ ...potKind, name: 'a' }, { metadata: { uid: 'other' } }), {
        code: 'CONFLICT',
      });
    });

    test('objects are found by their uid, whatever their name is now', async () => {
      using store = await open();
      const { metadata } = await store.create(pot('a'));
      await store.create(pot('b'));
      await store.rename({ ...potKind, name: 'a' }, 'c');
      const { items } = await store.list(potKind, { fields: { 'metadata.uid': metadata.uid } });
      assert.deepEqual(
        items.map((found) => found.metadata.name),
        ['c'],
      );
    });

    test('a watch whose store is closed ends with the reason', async () => {
      const store = await open();
      const { revision } = await store.list(potKind);
      const watching = take(store, revision, 1);
      setTimeout(() => store[Symbol.dispose](), 50);
      await assert.rejects(watching, { code: 'WATCH_CANCELLED', message: /it was closed/ });
    });

    test('watching from a revision that is no longer kept is an error', async () => {
      using store = await open();
      await forgetChanges(store, await store.create(pot('a')));
      await assert.rejects(take(store, '1', 1), { code: 'REVISION_TOO_OLD' });
      if (forgetChanges !== writeMany) return;
      // Another kind has its own window of changes.
      const made = await store.create({ ...pot('a'), kind: 'Pan' });
      assert.deepEqual((await take(store, '1', 1, panKind))[0]?.object, made);
    });
  });
}

/** Writes more changes than a store keeps. */
async function writeMany(store: ObjectStore, object: KubeObject): Promise<void> {
  let now = object;
  for (let count = 0; count < 5_600; count += 1) now = await store.update({ ...now, status: { count } });
}

async function take(
  store: ObjectStore,
  revision: Revision,
  count: number,
  kind: GroupKind = potKind,
): Promise<readonly Change[]> {
  const stop = new AbortController();
  const events: Change[] = [];
  for await (const event of store.watch(kind, revision, stop.signal)) {
    if (event.type !== 'BOOKMARK') events.push(event);
    if (events.length === count) stop.abort();
  }
  return events;
}
