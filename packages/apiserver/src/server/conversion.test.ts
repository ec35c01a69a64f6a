import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { potDefinition, potVersion } from '../custom-resource/pot.sample.ts';
import { type Review, openWebhook } from '../webhook/webhook.sample.ts';
import { type Fields, openDefiningApi } from './defining-api.sample.ts';

const root = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const v1 = '/apis/garden.example/v1/namespaces/home/pots';
const v2 = '/apis/garden.example/v2/namespaces/home/pots';

type Ask = Awaited<ReturnType<typeof openDefiningApi>>['ask'];

/** A second version, in which the volume has another unit. */
const v2Version = {
  name: 'v2',
  served: true,
  storage: false,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            clay: { type: 'string' },
            millilitres: { type: 'integer' },
            litres: { type: 'integer' },
          },
        },
      },
    },
  },
  selectableFields: [{ jsonPath: '.spec.millilitres' }],
};

const versions = (storage: string) =>
  [potVersion, v2Version].map((each) => ({ ...each, storage: each.name === storage }));

async function define(ask: Ask, conversion: object): Promise<void> {
  const { apiVersion, kind, spec } = potDefinition();
  const metadata = { name: 'pots.garden.example' };
  const wanted = { apiVersion, kind, metadata, spec: { ...spec, versions: versions('v1'), conversion } };
  const made = await ask(root, 'POST', wanted);
  assert.equal(made.code, 201, JSON.stringify(made.json));
  while ((await ask(v2)).code === 404) await delay(10);
}

async function storeIn(ask: Ask, version: string): Promise<void> {
  const merge = 'application/merge-patch+json';
  const patched = await ask(
    `${root}/pots.garden.example`,
    'PATCH',
    { spec: { versions: versions(version) } },
    merge,
  );
  assert.equal(patched.code, 200, JSON.stringify(patched.json));
}

const specOf = ({ json }: { readonly json: Fields }): Fields => json['spec'] as Fields;

test('without a webhook, an object is the same in each version but for the fields that this has', async () => {
  await using api = await openDefiningApi();
  await define(api.ask, { strategy: 'None' });
  await api.ask(v1, 'POST', { metadata: { name: 'mint' }, spec: { clay: 'red', replicas: 2 } });
  const inV2 = await api.ask(`${v2}/mint`);
  assert.deepEqual(
    [inV2.json['apiVersion'], specOf(inV2)],
    ['garden.example/v2', { clay: 'red', litres: 5 }],
  );
  const { json } = await api.ask(v2);
  assert.deepEqual(
    (json['items'] as readonly Fields[]).map(({ apiVersion }) => apiVersion),
    ['garden.example/v2'],
  );
  assert.equal(
    (await api.ask(`${v2}/mint`, 'PUT', { ...inV2.json, spec: { clay: 'white', litres: 5 } })).code,
    200,
  );
  assert.deepEqual(specOf(await api.ask(`${v1}/mint`)), { clay: 'white', litres: 5 });
});

const conversionAt = (clientConfig: object) => ({
  strategy: 'Webhook',
  webhook: { conversionReviewVersions: ['v1'], clientConfig },
});

interface Pot extends Fields {
  readonly apiVersion: string;
  readonly metadata: Fields;
  readonly spec: Fields;
}

/** Converts as the author of the kind would. */
function convert({ request }: Review): object {
  const { uid, desiredAPIVersion, objects } = request as unknown as {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly Pot[];
  };
  const isNew = desiredAPIVersion === 'garden.example/v2';
  const convertedObjects = objects.map(({ spec: { litres, millilitres, ...spec }, ...pot }) => ({
    ...pot,
    apiVersion: desiredAPIVersion,
    spec: isNew
      ? { ...spec, millilitres: Number(litres) * 1_000 }
      : { ...spec, litres: Number(millilitres) / 1_000 },
  }));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    response: { uid, convertedObjects, result: { status: 'Success' } },
  };
}

test('a webhook converts what is read, listed, watched and written in another version than the stored one', async () => {
  await using webhook = await openWebhook((_path, review) => convert(review));
  await using api = await openDefiningApi();
  await define(api.ask, conversionAt(webhook.target('/convert')));
  await api.ask(v1, 'POST', { metadata: { name: 'mint' }, spec: { clay: 'red', litres: 2 } });
  assert.equal(webhook.asked.length, 0);
  assert.deepEqual(specOf(await api.ask(`${v2}/mint`)), { clay: 'red', millilitres: 2_000 });
  const made = await api.ask(v2, 'POST', {
    metadata: { name: 'sage' },
    spec: { clay: 'red', millilitres: 7_000 },
  });
  assert.deepEqual(specOf(made), { clay: 'red', millilitres: 7_000 });
  assert.deepEqual(specOf(await api.ask(`${v1}/sage`)), { clay: 'red', litres: 7 });
  const merge = 'application/merge-patch+json';
  await api.ask(`${v2}/mint`, 'PATCH', { spec: { millilitres: 3_000 } }, merge);
  assert.equal(specOf(await api.ask(`${v1}/mint`))['litres'], 3);
  const before = webhook.asked.length;
  const list = await api.ask(`${v2}?fieldSelector=spec.millilitres%3D7000`);
  assert.deepEqual(
    (list.json['items'] as readonly Pot[]).map(({ metadata: { name } }) => name),
    ['sage'],
  );
  assert.equal(webhook.asked.length, before + 1);
  const stop = new AbortController();
  const watched = api.client.watch(
    { group: 'garden.example', version: 'v2', resource: 'pots' },
    { signal: stop.signal },
  );
  for await (const event of watched) {
    if (event.type === 'BOOKMARK') stop.abort();
    else assert.equal(event.object.apiVersion, 'garden.example/v2');
  }
});

test('what is written after another version became the stored one is stored in that', async () => {
  await using webhook = await openWebhook((_path, review) => convert(review));
  await using api = await openDefiningApi();
  await define(api.ask, conversionAt(webhook.target('/convert')));
  await api.ask(v1, 'POST', { metadata: { name: 'mint' }, spec: { clay: 'red', litres: 2 } });
  await storeIn(api.ask, 'v2');
  const { status } = (await api.ask(`${root}/pots.garden.example`)).json as { readonly status: Fields };
  assert.deepEqual(status['storedVersions'], ['v1', 'v2']);
  const asksFor = (version: string): boolean =>
    webhook.asked.some(([, { request }]) => request['desiredAPIVersion'] === `garden.example/${version}`);
  // Until the change is known, the object is stored as before.
  while (!asksFor('v2')) {
    const { json } = await api.ask(`${v1}/mint`);
    assert.equal((await api.ask(`${v1}/mint`, 'PUT', json)).code, 200);
    await delay(10);
  }
  assert.ok(asksFor('v1'));
  assert.deepEqual(specOf(await api.ask(`${v1}/mint`)), { clay: 'red', litres: 2 });
});

test('a webhook that refuses, answers wrongly or is not there is told of in the words of Kubernetes', async () => {
  const wrong: Readonly<Record<string, (review: Review) => object>> = {
    '/refuses': ({ request: { uid } }) => ({
      response: { uid, result: { status: 'Failure', message: 'no pots today' } },
    }),
    '/forgets': ({ request: { uid } }) => ({
      response: { uid, convertedObjects: [], result: { status: 'Success' } },
    }),
    '/mixes': ({ request: { uid, objects } }) => ({
      response: { uid, convertedObjects: objects, result: { status: 'Success' } },
    }),
    '/other': () => ({ response: { uid: 'x', result: { status: 'Success' } } }),
  };
  await using webhook = await openWebhook((path, review) => wrong[path]?.(review));
  const says = async (target: object): Promise<string> => {
    await using api = await openDefiningApi();
    await define(api.ask, conversionAt(target));
    await api.ask(v1, 'POST', { metadata: { name: 'mint' }, spec: { clay: 'red' } });
    const { code, json } = await api.ask(`${v2}/mint`);
    assert.equal(code, 500);
    return String(json['message']);
  };
  const failed = 'conversion webhook for garden.example/v1, Kind=Pot failed: ';
  assert.equal(await says(webhook.target('/refuses')), `${failed}no pots today`);
  assert.equal(await says(webhook.target('/forgets')), `${failed}webhook returned 0 objects, expected 1`);
  assert.equal(
    await says(webhook.target('/mixes')),
    `${failed}webhook returned garden.example/v1, Kind=Pot, expected garden.example/v2, Kind=Pot`,
  );
  assert.match(await says(webhook.target('/other')), /: expected response\.uid=/);
  assert.match(
    await says({ url: 'https://127.0.0.1:1/x' }),
    /failed: Post "https:\/\/127\.0\.0\.1:1\/x\?timeout=30s": .*ECONNREFUSED/,
  );
  assert.match(
    await says({ service: { namespace: 'home', name: 'pots' } }),
    /Post "https:\/\/pots\.home\.svc:443\/\?timeout=30s": service "pots" not found/,
  );
});

/** Applies a pot in a version, and says which fields of its spec each manager has after that. */
function applier(ask: Ask) {
  return async (version: string, manager: string, spec: object) => {
    const path = `/apis/garden.example/${version}/namespaces/home/pots/mint?fieldManager=${manager}`;
    const pot = { apiVersion: `garden.example/${version}`, kind: 'Pot', metadata: { name: 'mint' }, spec };
    const { code, json } = await ask(path, 'PATCH', pot, 'application/apply-patch+yaml');
    const entries = ((json['metadata'] as Fields)['managedFields'] ?? []) as readonly Fields[];
    const managers = entries.map(({ manager: name, apiVersion, fieldsV1 }) => [
      `${String(name)} ${String(apiVersion).split('/')[1]}`,
      Object.keys((fieldsV1 as Fields)['f:spec'] as Fields),
    ]);
    return { code, spec: json['spec'], managers: Object.fromEntries(managers) as Fields };
  };
}

test('managers of fields in one version stay when another version is written', async () => {
  await using api = await openDefiningApi();
  await define(api.ask, { strategy: 'None' });
  const applied = applier(api.ask);
  await applied('v1', 'ann', { clay: 'red', litres: 2 });
  const second = await applied('v2', 'ben', { millilitres: 5 });
  assert.deepEqual(second.managers, { 'ann v1': ['f:clay', 'f:litres'], 'ben v2': ['f:millilitres'] });
  assert.equal((await applied('v2', 'ben', { clay: 'white' })).code, 409);
  assert.equal((await applied('v1', 'cid', { clay: 'white' })).code, 409);
  await api.ask(
    `${v2}/mint?fieldManager=dan`,
    'PATCH',
    { spec: { litres: 3 } },
    'application/merge-patch+json',
  );
  const { managers, spec } = await applied('v1', 'ann', { clay: 'red' });
  assert.deepEqual(managers['ann v1'], ['f:clay']);
  assert.deepEqual(managers['dan v2'], ['f:litres']);
  assert.deepEqual(spec, { clay: 'red', litres: 3 });
});

test('managers stay when another version is written that a webhook converts', async () => {
  await using webhook = await openWebhook((_path, review) => convert(review));
  await using api = await openDefiningApi();
  await define(api.ask, conversionAt(webhook.target('/convert')));
  const applied = applier(api.ask);
  await applied('v1', 'ann', { clay: 'red', litres: 2 });
  const second = await applied('v2', 'ben', { millilitres: 3_000 });
  assert.deepEqual(second.managers, { 'ann v1': ['f:clay', 'f:litres'], 'ben v2': ['f:millilitres'] });
  assert.equal((await applied('v1', 'cid', { litres: 4 })).code, 409);
  const moved = await applied('v2', 'ann', { millilitres: 3_000, clay: 'red' });
  assert.deepEqual(moved.managers['ann v2'], ['f:clay', 'f:millilitres']);
  assert.equal(moved.managers['ann v1'], undefined);
});
