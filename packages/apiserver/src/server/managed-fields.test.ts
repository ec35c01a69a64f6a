import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pot } from '@ignite/toolkit/client/garden.sample';
import { openDefiningApi } from './defining-api.sample.ts';
import { type Fields, home, openGarden, sent } from './asked-garden.sample.ts';

const merge = 'application/merge-patch+json';
const apply = 'application/apply-patch+yaml';

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: Fields;
}

const managersIn = (object: Fields): readonly Entry[] =>
  ((object['metadata'] as Fields)['managedFields'] ?? []) as readonly Entry[];

/** Says who manages an object, as `ann Update` or `ben Update status`. */
const names = (object: Fields): readonly string[] =>
  managersIn(object).map(({ manager, operation, subresource = '' }) =>
    `${manager} ${operation} ${subresource}`.trim(),
  );

const specOf = (object: Fields, manager: string): unknown =>
  managersIn(object).find((entry) => entry.manager === manager)?.fieldsV1['f:spec'];

describe('the API server: managers of fields', () => {
  test('are those who create, replace and patch objects, and what they change is theirs alone', async () => {
    await using garden = await openGarden();
    const made = await garden.ask(`${home}?fieldManager=ann`, sent('POST', pot('home', 'a', { size: 4 })));
    assert.deepEqual(names(made.json), ['ann Update']);
    const patched = await garden.ask(
      `${home}/a?fieldManager=ben`,
      sent('PATCH', { spec: { size: 5 } }, merge),
    );
    assert.deepEqual(names(patched.json), ['ann Update', 'ben Update']);
    assert.deepEqual(specOf(patched.json, 'ben'), { 'f:size': {} });
    const wanted = { ...patched.json, spec: { size: 5, colour: 'red' } };
    const replaced = await garden.ask(`${home}/a?fieldManager=cid`, sent('PUT', wanted));
    assert.deepEqual(specOf(replaced.json, 'cid'), { 'f:colour': {} });
    const operations = [{ op: 'replace', path: '/spec/colour', value: 'blue' }];
    const { json } = await garden.ask(
      `${home}/a?fieldManager=dan`,
      sent('PATCH', operations, 'application/json-patch+json'),
    );
    assert.deepEqual(names(json), ['ann Update', 'ben Update', 'dan Update']);
  });

  test('are named by the first part of their user agent if they give no name', async () => {
    await using garden = await openGarden();
    const init = sent('POST', pot('home', 'a'));
    const headers = { 'content-type': 'application/json', 'user-agent': 'spade/v2 (linux)' };
    assert.deepEqual(names((await garden.ask(home, { ...init, headers })).json), ['spade Update']);
    const long = await garden.ask(`${home}?fieldManager=${'x'.repeat(129)}`, init);
    assert.deepEqual([long.code, long.json['reason']], [422, 'Invalid']);
  });

  test('of a status are told apart from those of its object, however they write it', async () => {
    await using garden = await openGarden();
    const made = await garden.ask(`${home}?fieldManager=ann`, sent('POST', pot('home', 'a')));
    const status = { ...made.json, status: { phase: 'Full' } };
    const put = await garden.ask(`${home}/a/status?fieldManager=ben`, sent('PUT', status));
    assert.deepEqual(names(put.json), ['ann Update', 'ben Update status']);
    const applied = await garden.ask(
      `${home}/a/status?fieldManager=cid`,
      sent('PATCH', { ...pot('home', 'a'), status: { height: 3 } }, apply),
    );
    assert.deepEqual(names(applied.json), ['cid Apply status', 'ann Update', 'ben Update status']);
    const fewer = await garden.ask(
      `${home}/a/status?fieldManager=cid`,
      sent('PATCH', { ...pot('home', 'a'), status: {} }, apply),
    );
    assert.deepEqual(fewer.json['status'], { phase: 'Full' });
  });

  test('do not make a write of what is already there a change', async () => {
    await using garden = await openGarden();
    const made = await garden.ask(`${home}?fieldManager=ann`, sent('POST', pot('home', 'a', { size: 4 })));
    const again = await garden.ask(`${home}/a?fieldManager=ben`, sent('PUT', made.json));
    assert.deepEqual(again.json, made.json);
    const same = await garden.ask(`${home}/a?fieldManager=ben`, sent('PATCH', { spec: { size: 4 } }, merge));
    assert.deepEqual(same.json, made.json);
  });

  test('by an update are told to whoever applies other values', async () => {
    await using garden = await openGarden();
    const applied = async (manager: string, spec: object, more = '') =>
      await garden.ask(
        `${home}/a?fieldManager=${manager}${more}`,
        sent('PATCH', { ...pot('home', 'a'), spec }, apply),
      );
    await applied('ann', { size: 4 });
    await garden.ask(`${home}/a?fieldManager=ben`, sent('PATCH', { spec: { size: 5 } }, merge));
    const disputed = await applied('ann', { size: 4 });
    assert.deepEqual([disputed.code, disputed.json['reason']], [409, 'Conflict']);
    assert.match(
      String(disputed.json['message']),
      /conflict with "ben" using garden\.example\/v1: \.spec\.size/,
    );
    assert.deepEqual(names((await applied('ann', { size: 4 }, '&force=true')).json), ['ann Apply']);
  });

  test('do not count what is there of objects of Kubernetes before anybody writes it', async () => {
    await using api = await openDefiningApi();
    const made = async (path: string, object: object): Promise<unknown> => {
      const { code, json } = await api.ask(`${path}?fieldManager=ann`, 'POST', object);
      assert.equal(code, 201, JSON.stringify(json));
      return specOf(json, 'ann');
    };
    const leases = '/apis/coordination.k8s.io/v1/namespaces/home/leases';
    const metadata = { name: 'a' };
    assert.deepEqual(await made(leases, { metadata, spec: { holderIdentity: 'x' } }), {
      'f:holderIdentity': {},
    });
    assert.equal(await made('/api/v1/namespaces', { metadata }), undefined);
    const finalizers = ['garden.example/gate'];
    assert.deepEqual(await made('/api/v1/namespaces', { metadata: { name: 'b' }, spec: { finalizers } }), {
      'f:finalizers': {},
    });
  });

  test('can be set and forgotten by whoever writes objects', async () => {
    await using garden = await openGarden();
    const made = await garden.ask(`${home}?fieldManager=ann`, sent('POST', pot('home', 'a')));
    const entry = { ...managersIn(made.json)[0], manager: 'ben', operation: 'Apply' };
    const operations = [{ op: 'replace', path: '/metadata/managedFields', value: [entry] }];
    const given = await garden.ask(`${home}/a`, sent('PATCH', operations, 'application/json-patch+json'));
    assert.deepEqual(names(given.json), ['ben Apply']);
    const reset = await garden.ask(`${home}/a`, sent('PATCH', { metadata: { managedFields: [{}] } }, merge));
    assert.deepEqual(names(reset.json), []);
  });
});
