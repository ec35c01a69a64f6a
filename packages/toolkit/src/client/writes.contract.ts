import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { OpenGarden } from './test-garden.ts';
import { pot, potKey, pots, shed, sheds } from './garden.sample.ts';
import { ObjectError } from './object-error.ts';

/**
 * Returns the fields and reasons of the causes of an INVALID error, in order. A cause without a field only
 * says that there may be more of them.
 */
function causesOf(failure: unknown): readonly string[] {
  assert.ok(failure instanceof ObjectError);
  assert.equal(failure.code, 'INVALID');
  return failure.causes
    .filter(({ field }) => field !== '')
    .map(({ field, reason }) => `${field} ${reason}`)
    .toSorted();
}

export function testWrites(name: string, open: OpenGarden): void {
  describe(`${name} keeps the client contract: create`, () => {
    test('a created object can be read back, with metadata and defaults filled in, and all its fields', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const made = await client.create(pots, { ...pot(home, 'a', { colour: 'red' }), tags: { old: 'yes' } });
      assert.deepEqual(made.spec, { size: 3, colour: 'red' });
      assert.deepEqual(made['tags'], { old: 'yes' });
      const { metadata } = made;
      assert.deepEqual([metadata.namespace, metadata.name, metadata.generation], [home, 'a', 1]);
      assert.deepEqual([metadata.labels, metadata.annotations, metadata.finalizers], [{}, {}, []]);
      assert.match(metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT/);
      assert.ok(metadata.uid !== '' && metadata.resourceVersion !== '');
      assert.deepEqual(await client.get(potKey(home, 'a')), made);
    });

    test('what only the server sets is not taken from the author', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const forged = { uid: 'u', generation: 7, deletionTimestamp: '2020-01-01T00:00:00Z' };
      const made = await client.create(pots, { ...pot(home, 'a', {}, forged), status: { wet: true } });
      assert.notEqual(made.metadata.uid, 'u');
      assert.equal(made.metadata.generation, 1);
      assert.equal(made.metadata.deletionTimestamp, undefined);
      assert.equal(made.status, undefined);
    });

    test('a name is taken once in each namespace', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home, other],
      } = garden;
      await client.create(pots, pot(home, 'a'));
      await client.create(pots, pot(other, 'a'));
      await assert.rejects(client.create(pots, pot(home, 'a')), { code: 'ALREADY_EXISTS' });
    });

    test('a name is made from its beginning', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const { apiVersion, kind } = pot(home, '');
      const metadata = { namespace: home, generateName: 'a-' };
      const [one, two] = [
        await client.create(pots, { apiVersion, kind, metadata, spec: {} }),
        await client.create(pots, { apiVersion, kind, metadata, spec: {} }),
      ];
      assert.match(one.metadata.name, /^a-[a-z0-9]{5}$/);
      assert.notEqual(one.metadata.name, two.metadata.name);
    });

    test('all that is wrong with an object is told at once, with its path', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const wrong = client.create(pots, pot(home, 'a', { size: 0, colour: 'green' }));
      const failure = await wrong.catch((each: unknown) => each);
      assert.deepEqual(causesOf(failure), [
        'spec.colour FieldValueNotSupported',
        'spec.size FieldValueInvalid',
      ]);
      const labels = { ok: 'a b' };
      for (const [metadata, field] of [
        [{ labels }, 'metadata.labels'],
        [{ finalizers: ['not/a/name'] }, 'metadata.finalizers'],
      ] as const) {
        const refused = client.create(pots, pot(home, 'a', {}, metadata));
        const [cause = ''] = causesOf(await refused.catch((each: unknown) => each));
        assert.ok(cause.startsWith(`${field}`), cause);
      }
      const badName = await client.create(pots, pot(home, 'No_Name')).catch((each: unknown) => each);
      assert.deepEqual(causesOf(badName), ['metadata.name FieldValueInvalid']);
    });

    test('an object of another kind is refused', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const other = client.create(pots, { ...pot(home, 'a'), kind: 'Shed' });
      assert.deepEqual(causesOf(await other.catch((each: unknown) => each)), ['kind FieldValueInvalid']);
      const old = { ...pot(home, 'a'), apiVersion: 'garden.example/v9' };
      await assert.rejects(client.create(pots, old), { code: 'BAD_REQUEST' });
    });

    test('objects of the whole cluster have no namespace, and others must have one', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const shedName = `shed-${randomUUID()}`;
      const made = await client.create(sheds, shed(shedName));
      assert.equal(made.metadata.namespace, '');
      assert.deepEqual(await client.get({ ...sheds, name: shedName }), made);
      const { namespace: _home, ...metadata } = pot(home, 'a').metadata;
      await assert.rejects(client.create(pots, { ...pot(home, 'a'), metadata }), { code: 'NOT_FOUND' });
      await assert.rejects(client.get({ ...pots, name: 'a' }), { code: 'NOT_FOUND' });
      await assert.rejects(client.get({ ...sheds, namespace: home, name: shedName }), { code: 'NOT_FOUND' });
      await client.delete({ ...sheds, name: shedName });
    });
  });

  describe(`${name} keeps the client contract: update`, () => {
    test('an update that names an old version is refused and changes nothing; one without is refused', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const first = await client.create(pots, pot(home, 'a'));
      const second = await client.update(pots, { ...first, spec: { size: 4 } });
      assert.notEqual(second.metadata.resourceVersion, first.metadata.resourceVersion);
      await assert.rejects(client.update(pots, { ...first, spec: { size: 5 } }), { code: 'CONFLICT' });
      const unversioned = { ...second, metadata: { ...second.metadata, resourceVersion: '' } };
      await assert.rejects(client.update(pots, unversioned), { code: 'INVALID' });
      assert.deepEqual((await client.get(potKey(home, 'a'))).spec, { size: 4 });
      const gone = { ...second, metadata: { ...second.metadata, name: 'b' } };
      await assert.rejects(client.update(pots, gone), { code: 'NOT_FOUND' });
    });

    test('an update keeps what only the server sets, and takes labels, owners and further fields', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const first = await client.create(pots, pot(home, 'a'));
      const owner = { apiVersion: 'garden.example/v1', kind: 'Shed', name: 's', uid: 'u', controller: true };
      const wanted = {
        ...first,
        metadata: {
          ...first.metadata,
          generation: 9,
          creationTimestamp: '2001-01-01T00:00:00Z',
          labels: { sun: 'yes' },
          finalizers: ['garden.example/water'],
          ownerReferences: [{ ...owner, blockOwnerDeletion: true }],
        },
        tags: { new: 'yes' },
        status: { wet: true },
      };
      const next = await client.update(pots, wanted);
      const { metadata } = next;
      assert.deepEqual(
        [metadata.uid, metadata.creationTimestamp],
        [first.metadata.uid, first.metadata.creationTimestamp],
      );
      assert.deepEqual(metadata.labels, { sun: 'yes' });
      assert.deepEqual(metadata.ownerReferences, wanted.metadata.ownerReferences);
      assert.deepEqual(metadata.finalizers, ['garden.example/water']);
      assert.deepEqual([next['tags'], next.status], [{ new: 'yes' }, undefined]);
    });

    test('the generation counts changes of the spec alone, and a write of the same changes nothing', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const first = await client.create(pots, pot(home, 'a'));
      const labelled = { ...first, metadata: { ...first.metadata, labels: { sun: 'yes' } } };
      const second = await client.update(pots, labelled);
      const third = await client.updateStatus(pots, { ...second, status: { wet: true } });
      assert.deepEqual([second.metadata.generation, third.metadata.generation], [1, 1]);
      const fourth = await client.update(pots, { ...third, spec: { size: 5 } });
      assert.equal(fourth.metadata.generation, 2);
      assert.deepEqual(await client.update(pots, fourth), fourth);
    });

    test('a change that the kind forbids is refused', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const first = await client.create(pots, pot(home, 'a', { species: 'mint' }));
      const refused = client.update(pots, { ...first, spec: { species: 'fig' } });
      assert.deepEqual(causesOf(await refused.catch((each: unknown) => each)), [
        'spec.species FieldValueInvalid',
      ]);
    });

    test('updateStatus replaces the status and nothing else', async () => {
      await using garden = await open();
      const {
        client,
        namespaces: [home],
      } = garden;
      const first = await client.create(pots, pot(home, 'a'));
      const more = { ...first.metadata, labels: { sun: 'yes' } };
      const wanted = { ...first, metadata: more, spec: { size: 9 }, status: { wet: true } };
      const second = await client.updateStatus(pots, wanted);
      assert.deepEqual([second.spec, second.status], [{ size: 3 }, { wet: true }]);
      assert.deepEqual(second.metadata.labels, {});
      await assert.rejects(client.updateStatus(pots, { ...first, status: {} }), { code: 'CONFLICT' });
      const { status: _kept, ...withoutStatus } = second;
      assert.deepEqual((await client.update(pots, { ...withoutStatus, spec: { size: 4 } })).status, {
        wet: true,
      });
    });

    test('where a kind has no status of its own, it is written with the rest', async () => {
      await using garden = await open();
      const { client } = garden;
      const made = await client.create(sheds, shed(`shed-${randomUUID()}`, { status: { doors: 1 } }));
      assert.deepEqual(made.status, { doors: 1 });
      const next = await client.update(sheds, { ...made, status: { doors: 2 } });
      assert.deepEqual(next.status, { doors: 2 });
      await assert.rejects(client.updateStatus(sheds, next), { code: 'NOT_FOUND' });
      await client.delete({ ...sheds, name: made.metadata.name });
    });
  });
}
