import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pot, pots } from '@ignite/toolkit/client/garden.sample';
import { type Fields, accepting, home, openGarden, sent, table } from './asked-garden.sample.ts';

describe('the API server: objects', () => {
  test('are written without what is empty, and with whole seconds', async () => {
    await using garden = await openGarden();
    const made = await garden.ask(home, sent('POST', pot('home', 'a')));
    assert.equal(made.code, 201);
    const { creationTimestamp, uid, resourceVersion, managedFields, ...metadata } = made.json[
      'metadata'
    ] as Fields;
    assert.deepEqual(metadata, { name: 'a', namespace: 'home', generation: 1 });
    assert.match(String(creationTimestamp), /:\d\dZ$/);
    assert.ok(uid && resourceVersion && managedFields);
  });

  test('come as YAML or as their metadata alone to those who want that, and are taken as YAML', async () => {
    await using garden = await openGarden();
    const yaml = 'metadata:\n  name: a\nspec:\n  size: 7\n';
    assert.equal((await garden.ask(home, sent('POST', yaml, 'application/yaml'))).code, 201);
    const shown = await garden.ask(`${home}/a`, accepting('application/yaml'));
    assert.match(shown.text, /^kind: Pot$/m);
    const partial = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const { json } = await garden.ask(home, accepting(partial));
    assert.equal(json['kind'], 'PartialObjectMetadataList');
    const [item] = json['items'] as readonly Fields[];
    assert.deepEqual(Object.keys(item!), ['kind', 'apiVersion', 'metadata']);
    assert.equal((await garden.ask(home, accepting('text/html'))).code, 406);
  });

  test('come as tables, whose rows hold what of the objects is asked for', async () => {
    await using garden = await openGarden();
    await garden.client.create(pots, pot('home', 'a'));
    for (const [query, held] of [
      ['', 'PartialObjectMetadata'],
      ['?includeObject=Object', 'Pot'],
      ['?includeObject=None', undefined],
    ] as const) {
      const { json } = await garden.ask(`${home}${query}`, accepting(table));
      assert.equal(json['kind'], 'Table');
      const [row] = json['rows'] as readonly { readonly cells: unknown; readonly object?: Fields }[];
      assert.deepEqual([row?.cells, row?.object?.['kind']], [['a', '3'], held]);
      const columns = json['columnDefinitions'] as readonly Fields[];
      assert.deepEqual(
        columns.map(({ name, format, priority }) => [name, format, priority]),
        [
          ['Name', 'name', 0],
          ['SIZE', '', 1],
        ],
      );
    }
  });

  test('that are many are zipped for those who read that', async () => {
    await using garden = await openGarden();
    const annotations = { 'garden.example/text': 'x'.repeat(200_000) };
    await garden.client.create(pots, pot('home', 'a', {}, { annotations }));
    const zipped = await garden.ask(home, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(zipped.headers.get('content-encoding'), 'gzip');
    assert.equal((zipped.json['items'] as readonly unknown[]).length, 1);
    const plain = await garden.ask(home, { headers: { 'accept-encoding': 'identity' } });
    assert.equal(plain.headers.get('content-encoding'), null);
  });

  test('are refused with a Status that says everything', async () => {
    await using garden = await openGarden();
    const wrong = await garden.ask(home, sent('POST', pot('home', 'a', { size: 0 })));
    assert.equal(wrong.code, 422);
    const { message, details } = wrong.json as { readonly message: string; readonly details: Fields };
    assert.equal(message, 'Pot.garden.example "a" is invalid: spec.size: Invalid value: must be at least 1');
    assert.deepEqual([details['name'], details['kind']], ['a', 'Pot']);
    await garden.client.create(pots, pot('home', 'a'));
    const taken = await garden.ask(home, sent('POST', pot('home', 'a')));
    assert.deepEqual([taken.code, taken.json['message']], [409, 'pots.garden.example "a" already exists']);
    const missing = await garden.ask(`${home}/b`);
    assert.deepEqual([missing.code, missing.json['reason']], [404, 'NotFound']);
    assert.equal(missing.json['message'], 'pots.garden.example "b" not found');
  });

  test('are created only where their namespace is there, and is not being deleted', async () => {
    await using garden = await openGarden();
    const elsewhere = await garden.ask(
      home.replace('home', 'away'),
      sent('POST', { metadata: { name: 'a' } }),
    );
    assert.deepEqual([elsewhere.code, elsewhere.json['message']], [404, 'namespaces "away" not found']);
    assert.deepEqual(elsewhere.json['details'], { name: 'away', kind: 'namespaces' });
    const key = { group: '', version: 'v1', resource: 'namespaces', name: 'home' };
    const finalizers = ['garden.example/gate'];
    await garden.direct.patch(key, { type: 'merge', changes: { metadata: { finalizers } } });
    await garden.direct.delete(key);
    const ending = await garden.ask(home, sent('POST', pot('home', 'a')));
    assert.equal(ending.code, 403);
    const { causes } = ending.json['details'] as { readonly causes: readonly Fields[] };
    assert.equal(causes[0]?.['reason'], 'NamespaceTerminating');
  });

  test('must be the ones that the path names', async () => {
    await using garden = await openGarden();
    const made = await garden.client.create(pots, pot('home', 'a'));
    for (const [path, object] of [
      [`${home}/b`, made],
      [`${home}/a`, pot('other', 'a')],
    ] as const)
      assert.equal((await garden.ask(path, sent('PUT', object))).code, 400);
    assert.equal((await garden.ask(`${home}/a`, sent('POST', made))).code, 405);
    assert.equal((await garden.ask(`${home}/a/scale`)).code, 404);
    assert.equal((await garden.ask(`${home}/a/status`, { method: 'DELETE' })).code, 405);
    assert.equal((await garden.ask('/apis/garden.example/v1/pots/a')).code, 404);
  });

  test('lose unknown fields, about which their authors are told as they wish', async () => {
    await using garden = await openGarden();
    const body = '{"metadata":{"name":"a"},"spec":{"size":4,"size":5,"unknown":1}}';
    const strict = await garden.ask(`${home}?fieldValidation=Strict`, sent('POST', body));
    assert.deepEqual(
      [strict.code, strict.json['message']],
      [
        400,
        'Pot in version "v1" cannot be handled as a Pot: strict decoding error: duplicate field "spec.size", unknown field "spec.unknown"',
      ],
    );
    const wish = 'metadata: {name: a}\nspec: {unknown: 1}\n';
    const applied = await garden.ask(
      `${home}/a?fieldManager=ada&fieldValidation=Strict`,
      sent('PATCH', `apiVersion: garden.example/v1\nkind: Pot\n${wish}`, 'application/apply-patch+yaml'),
    );
    assert.deepEqual(
      [applied.code, applied.json['message']],
      [
        400,
        'failed to create typed patch object (home/a; garden.example/v1, Kind=Pot): .spec.unknown: field not declared in schema',
      ],
    );
    const warned = await garden.ask(`${home}?dryRun=All`, sent('POST', body));
    assert.deepEqual([warned.code, warned.json['spec']], [201, { size: 5 }]);
    assert.equal(
      warned.headers.get('warning'),
      String.raw`299 - "duplicate field \"spec.size\"", 299 - "unknown field \"spec.unknown\""`,
    );
    const ignored = await garden.ask(`${home}?fieldValidation=Ignore`, sent('POST', body));
    assert.deepEqual([ignored.code, ignored.headers.get('warning')], [201, null]);
    const merge = sent('PATCH', { spec: { unknown: 1 } }, 'application/merge-patch+json');
    assert.equal((await garden.ask(`${home}/a?fieldValidation=Strict`, merge)).code, 400);
    assert.deepEqual((await garden.ask(`${home}/a`, merge)).json['spec'], { size: 5 });
    const operations = [{ op: 'add', path: '/spec/unknown', value: 1 }];
    const changed = sent('PATCH', operations, 'application/json-patch+json');
    assert.equal((await garden.ask(`${home}/a?fieldValidation=Strict`, changed)).code, 400);
    const told = await garden.ask(`${home}/a`, changed);
    assert.deepEqual([told.code, told.json['spec']], [200, { size: 5 }]);
    assert.equal(told.headers.get('warning'), String.raw`299 - "unknown field \"spec.unknown\""`);
    assert.equal((await garden.ask(`${home}?fieldValidation=Maybe`, sent('POST', body))).code, 422);
  });

  test('are the same when they are written back as they were read, whatever was empty when they came', async () => {
    await using garden = await openGarden();
    const metadata = { name: 'a', generateName: '', deletionGracePeriodSeconds: 30, labels: {} };
    const made = await garden.ask(home, sent('POST', { ...pot('home', 'a'), metadata }));
    assert.equal(made.code, 201);
    const again = await garden.ask(`${home}/a`, sent('PUT', made.json));
    assert.deepEqual([again.code, again.json['metadata']], [200, made.json['metadata']]);
    const nameless = { ...pot('home', 'a'), metadata: { generateName: '' } };
    assert.equal((await garden.ask(home, sent('POST', nameless))).code, 422);
    assert.equal((await garden.ask(`${home}?fieldManager=%00`, sent('POST', pot('home', 'b')))).code, 422);
  });

  test('are patched in the formats that their kind takes', async () => {
    await using garden = await openGarden();
    await garden.client.create(pots, pot('home', 'a'));
    const strategic = 'application/strategic-merge-patch+json';
    const refused = await garden.ask(`${home}/a`, sent('PATCH', { spec: {} }, strategic));
    assert.equal(refused.code, 415);
    assert.match(
      String(refused.json['message']),
      /application\/json-patch\+json, application\/merge-patch\+json/,
    );
    const settings = '/api/v1/namespaces/home/configmaps';
    const finalizers = ['garden.example/one'];
    await garden.ask(settings, sent('POST', { metadata: { name: 'a', finalizers }, data: { x: '1' } }));
    const more = { metadata: { finalizers: ['garden.example/two'] }, data: { y: '2' } };
    const { code, json } = await garden.ask(`${settings}/a`, sent('PATCH', more, strategic));
    assert.equal(code, 200);
    assert.deepEqual(json['data'], { x: '1', y: '2' });
    // New items come first, as in Kubernetes.
    const both = ['garden.example/two', 'garden.example/one'];
    assert.deepEqual((json['metadata'] as Fields)['finalizers'], both);
    for (const type of [strategic, 'application/merge-patch+json'])
      assert.equal((await garden.ask(`${settings}/a`, sent('PATCH', { metadata: 'a' }, type))).code, 400);
    const broken = sent('PATCH', [{ op: 'jump', path: '/spec' }], 'application/json-patch+json');
    assert.equal((await garden.ask(`${home}/a`, broken)).code, 400);
  });

  test('are applied by those who manage some of their fields', async () => {
    await using garden = await openGarden();
    const applied = async (manager: string, spec: object, more = '') =>
      await garden.ask(
        `${home}/a?fieldManager=${manager}${more}`,
        sent('PATCH', { ...pot('home', 'a'), spec }, 'application/apply-patch+yaml'),
      );
    assert.equal((await applied('ann', { size: 4 })).code, 201);
    const more = await applied('ben', { colour: 'red' });
    assert.deepEqual([more.code, more.json['spec']], [200, { size: 4, colour: 'red' }]);
    const disputed = await applied('ben', { colour: 'red', size: 5 });
    assert.deepEqual([disputed.code, disputed.json['reason']], [409, 'Conflict']);
    const { causes } = disputed.json['details'] as { readonly causes: readonly Fields[] };
    assert.deepEqual([causes[0]?.['reason'], causes[0]?.['field']], ['FieldManagerConflict', '.spec.size']);
    assert.equal((await applied('ben', { size: 5 }, '&force=true&dryRun=All')).code, 200);
    const fewer = await applied('ben', {});
    assert.deepEqual(fewer.json['spec'], { size: 4 });
    const nobody = sent('PATCH', pot('home', 'a'), 'application/apply-patch+yaml');
    assert.equal((await garden.ask(`${home}/a`, nobody)).code, 400);
  });

  test('that are deleted are answered with a Status, or with themselves if they stay', async () => {
    await using garden = await openGarden();
    const gone = await garden.client.create(pots, pot('home', 'a'));
    const answer = await garden.ask(`${home}/a`, { method: 'DELETE' });
    const details = { name: 'a', group: 'garden.example', kind: 'pots', uid: gone.metadata.uid };
    assert.deepEqual([answer.code, answer.json['status'], answer.json['details']], [200, 'Success', details]);
    await garden.client.create(pots, pot('home', 'b', {}, { finalizers: ['garden.example/x'] }));
    const stays = await garden.ask(`${home}/b?propagationPolicy=Orphan`, { method: 'DELETE' });
    const { deletionGracePeriodSeconds, finalizers } = stays.json['metadata'] as Fields;
    assert.deepEqual([stays.json['kind'], deletionGracePeriodSeconds], ['Pot', 0]);
    assert.deepEqual(finalizers, ['garden.example/x', 'orphan']);
    const [kept, { resourceVersion }] = [stays.json, stays.json['metadata'] as Fields];
    const again = await garden.ask(`${home}/b`, sent('PUT', kept));
    assert.equal((again.json['metadata'] as Fields)['resourceVersion'], resourceVersion);
    const unknown = await garden.ask(`${home}/b?propagationPolicy=Sideways`, { method: 'DELETE' });
    assert.equal(unknown.code, 400);
  });

  test('that are selected are deleted together', async () => {
    await using garden = await openGarden();
    for (const [name, sun] of [
      ['a', 'yes'],
      ['b', 'no'],
      ['c', 'yes'],
    ] as const)
      await garden.client.create(pots, pot('home', name, {}, { labels: { sun } }));
    const { json } = await garden.ask(`${home}?labelSelector=sun%3Dyes`, { method: 'DELETE' });
    assert.deepEqual([json['kind'], (json['items'] as readonly unknown[]).length], ['PotList', 2]);
    assert.equal((await garden.client.list(pots)).items.length, 1);
  });

  test('of a namespace that is being deleted stay until they are removed, and no new ones are created', async () => {
    await using garden = await openGarden();
    const namespaces = '/api/v1/namespaces';
    await garden.ask(namespaces, sent('POST', { metadata: { name: 'default' } }));
    const kept = await garden.ask(`${namespaces}/default`, { method: 'DELETE' });
    assert.deepEqual([kept.code, kept.json['reason']], [403, 'Forbidden']);
    assert.equal((await garden.ask(`${namespaces}/default?dryRun=All`, { method: 'DELETE' })).code, 403);
    assert.equal((await garden.ask(namespaces, { method: 'DELETE' })).code, 405);
    await garden.client.create(pots, pot('home', 'a'));
    const begun = await garden.ask(`${namespaces}/home`, { method: 'DELETE' });
    assert.equal(begun.code, 200);
    assert.deepEqual(begun.json['spec'], { finalizers: ['kubernetes'] });
    const refused = await garden.ask(home, sent('POST', pot('home', 'b')));
    assert.equal(refused.code, 403);
    assert.equal(
      refused.json['message'],
      'pots.garden.example "b" is forbidden: unable to create new content in namespace home because it is being terminated',
    );
    assert.partialDeepStrictEqual(refused.json['details'], { causes: [{ reason: 'NamespaceTerminating' }] });
    assert.equal((await garden.ask(`${home}/a`)).code, 200);
    const finalize = `${namespaces}/home/finalize`;
    assert.equal((await garden.ask(finalize)).code, 405);
    const ended = { metadata: { name: 'home' }, spec: { finalizers: [] } };
    assert.equal((await garden.ask(finalize, sent('PUT', ended))).code, 200);
    assert.equal((await garden.ask(`${namespaces}/home`)).code, 404);
  });
});
