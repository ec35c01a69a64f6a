import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Fields, openDefiningApi as openApi } from './defining-api.sample.ts';
import { potDefinition } from '../custom-resource/pot.sample.ts';

const root = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const home = '/apis/garden.example/v1/namespaces/home/pots';
const apply = 'application/apply-patch+yaml';

async function define(ask: Awaited<ReturnType<typeof openApi>>['ask']): Promise<void> {
  const { apiVersion, kind, spec } = potDefinition();
  const made = await ask(root, 'POST', { apiVersion, kind, metadata: { name: 'pots.garden.example' }, spec });
  assert.equal(made.code, 201, JSON.stringify(made.json));
  for (let code = 404; code === 404;) {
    await delay(10);
    ({ code } = await ask(home));
  }
}

test('a kind is served as soon as it is defined, and not any more when its definition is gone', async () => {
  await using api = await openApi();
  assert.equal((await api.ask(home)).code, 404);
  await define(api.ask);
  const { status } = (await api.ask(`${root}/pots.garden.example`)).json as {
    readonly status: { readonly conditions: readonly Fields[] };
  };
  assert.deepEqual(
    status.conditions.map(({ type, status: state }) => [type, state]),
    [
      ['NamesAccepted', 'True'],
      ['Established', 'True'],
    ],
  );
  const pot = { metadata: { name: 'mint' }, spec: { clay: 'red', colour: 'blue' } };
  const strict = await api.ask(`${home}?fieldValidation=Strict`, 'POST', pot);
  assert.equal(strict.json['message'], 'strict decoding error: unknown field "spec.colour"');
  const made = await api.ask(home, 'POST', pot);
  assert.deepEqual([made.code, made.json['spec']], [201, { clay: 'red', litres: 5 }]);
  const refused = await api.ask(
    `${home}/mint`,
    'PATCH',
    { spec: { litres: 0 } },
    'application/merge-patch+json',
  );
  assert.equal(refused.code, 422);
  const discovered = (await api.ask('/apis/garden.example/v1')).json['resources'] as readonly Fields[];
  assert.deepEqual(
    discovered.map(({ name }) => name),
    ['pots', 'pots/status', 'pots/scale'],
  );
  const index = (await api.ask('/openapi/v3')).json['paths'] as Fields;
  const { serverRelativeURL } = index['apis/garden.example/v1'] as { readonly serverRelativeURL: string };
  const document = (await api.ask(serverRelativeURL)).json['components'] as { readonly schemas: Fields };
  assert.ok(document.schemas['example.garden.v1.Pot']);
  await api.ask(`${root}/pots.garden.example`, 'DELETE');
  for (let code = 200; code !== 404; { code } = await api.ask(home)) await delay(10);
});

test('objects of a defined kind are applied by several managers, with conflicts', async () => {
  await using api = await openApi();
  await define(api.ask);
  const pot = (spec: object) => ({
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    metadata: { name: 'mint', namespace: 'home' },
    spec,
  });
  const at = (manager: string): string => `${home}/mint?fieldManager=${manager}`;
  const made = await api.ask(
    at('a'),
    'PATCH',
    pot({ clay: 'red', plants: [{ name: 'x', water: 1 }] }),
    apply,
  );
  assert.equal(made.code, 201, JSON.stringify(made.json));
  const second = await api.ask(at('b'), 'PATCH', pot({ plants: [{ name: 'y' }] }), apply);
  assert.deepEqual((second.json['spec'] as Fields)['plants'], [{ name: 'x', water: 1 }, { name: 'y' }]);
  const conflict = await api.ask(at('b'), 'PATCH', pot({ clay: 'white' }), apply);
  assert.deepEqual(
    [conflict.code, conflict.json['message']],
    [409, 'Apply failed with 1 conflict: conflict with "a": .spec.clay'],
  );
  const forced = await api.ask(`${at('b')}&force=true`, 'PATCH', pot({ clay: 'white' }), apply);
  assert.deepEqual(forced.json['spec'], { clay: 'white', litres: 5, plants: [{ name: 'x', water: 1 }] });
});

test('objects of a defined kind are scaled where their definition says', async () => {
  await using api = await openApi();
  await define(api.ask);
  await api.ask(home, 'POST', { metadata: { name: 'mint' }, spec: { clay: 'red', replicas: 1 } });
  const scale = await api.ask(`${home}/mint/scale`);
  assert.deepEqual([scale.json['kind'], scale.json['spec']], ['Scale', { replicas: 1 }]);
  const merge = 'application/merge-patch+json';
  const patched = await api.ask(`${home}/mint/scale`, 'PATCH', { spec: { replicas: 3 } }, merge);
  assert.deepEqual([patched.code, patched.json['spec']], [200, { replicas: 3 }]);
  const put = await api.ask(`${home}/mint/scale`, 'PUT', { ...scale.json, spec: { replicas: 4 } });
  assert.equal(put.code, 409);
  const wrong = await api.ask(`${home}/mint/scale`, 'PATCH', { spec: { replicas: null } }, merge);
  assert.equal(wrong.code, 400);
  const { spec } = (await api.ask(`${home}/mint`)).json;
  assert.deepEqual(spec, { clay: 'red', replicas: 3, litres: 5 });
});

test('a definition that is deleted takes its objects with it, whose finalizers are waited for', async () => {
  await using api = await openApi();
  await define(api.ask);
  const metadata = (name: string, finalizers: readonly string[]) => ({ name, finalizers });
  await api.ask(home, 'POST', { metadata: metadata('basil', []), spec: { clay: 'red' } });
  await api.ask(home, 'POST', { metadata: metadata('mint', ['garden.example/rest']), spec: { clay: 'red' } });
  const definition = `${root}/pots.garden.example`;
  const deleted = await api.ask(definition, 'DELETE');
  assert.partialDeepStrictEqual(deleted.json, {
    kind: 'CustomResourceDefinition',
    metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
  });
  const { conditions } = deleted.json['status'] as { readonly conditions: readonly Fields[] };
  assert.partialDeepStrictEqual(conditions.at(-1), { type: 'Terminating', status: 'True' });
  while ((await api.ask(`${home}/basil`)).code !== 404) await delay(10);
  const late = await api.ask(home, 'POST', { metadata: { name: 'late' }, spec: { clay: 'red' } });
  assert.equal(late.code, 405);
  assert.equal((await api.ask(definition)).code, 200);
  const merge = 'application/merge-patch+json';
  await api.ask(`${home}/mint`, 'PATCH', { metadata: { finalizers: [] } }, merge);
  while ((await api.ask(definition)).code !== 404) await delay(10);
  await define(api.ask);
  assert.deepEqual((await api.ask(home)).json['items'], []);
});
