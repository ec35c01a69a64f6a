import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { pot, pots } from '@ignite/toolkit/client/garden.sample';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { ApiOptions } from './api-handler.ts';
import { serveGarden } from './api-server.sample.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A garden with the namespace `home`, which is asked as a stranger's program would. */
async function openGarden(changed: Partial<ApiOptions> = {}) {
  const server = await serveGarden(new MemoryStore(), changed);
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
  const metadata = { name: 'home' };
  await server.direct.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${server.url}${path}`, init);
    const text = await response.text();
    return {
      code: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text) as Fields;
      },
    };
  };
  return { ...server, ask };
}

const home = '/apis/garden.example/v1/namespaces/home/pots';
const sent = (method: string, body: unknown, type = 'application/json'): RequestInit => ({
  method,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': type },
});
const accepting = (accept: string): RequestInit => ({ headers: { accept } });
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

describe('the API server: objects', () => {
  test('are written without what is empty, and with whole seconds', async () => {
    await using garden = await openGarden();
    const made = await garden.ask(home, sent('POST', pot('home', 'a')));
    assert.equal(made.code, 201);
    const { creationTimestamp, uid, resourceVersion, ...metadata } = made.json['metadata'] as Fields;
    assert.deepEqual(metadata, { name: 'a', namespace: 'home', generation: 1 });
    assert.match(String(creationTimestamp), /:\d\dZ$/);
    assert.ok(uid && resourceVersion);
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
      [400, 'strict decoding error: duplicate field "spec.size", unknown field "spec.unknown"'],
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
    assert.equal((await garden.ask(`${home}?fieldValidation=Maybe`, sent('POST', body))).code, 422);
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
    assert.deepEqual((json['metadata'] as Fields)['finalizers'], [
      'garden.example/one',
      'garden.example/two',
    ]);
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
});

describe('the API server: lists', () => {
  test('are as new as is asked for, or are refused', async () => {
    await using garden = await openGarden();
    const first = (await garden.ask(home)).json['metadata'] as Fields;
    await garden.client.create(pots, pot('home', 'a'));
    const from = String(first['resourceVersion']);
    for (const [query, code] of [
      ['resourceVersion=0', 200],
      [`resourceVersion=${from}`, 200],
      [`resourceVersion=${from}&resourceVersionMatch=NotOlderThan`, 200],
      [`resourceVersion=${from}&resourceVersionMatch=Exact`, 410],
      ['resourceVersion=999999', 504],
      ['resourceVersion=new', 400],
      ['resourceVersionMatch=Exact', 422],
      ['resourceVersion=0&resourceVersionMatch=Exact', 422],
      [`resourceVersion=${from}&resourceVersionMatch=Newer`, 422],
      ['sendInitialEvents=true', 422],
      ['limit=-1', 400],
      ['continue=nonsense', 400],
      ['labelSelector=!!', 400],
      ['fieldSelector=spec.size%3D3', 400],
    ] as const)
      assert.equal((await garden.ask(`${home}?${query}`)).code, code, query);
  });
});

describe('the API server: watches', () => {
  const seen = async (garden: Awaited<ReturnType<typeof openGarden>>, query: string, init?: RequestInit) => {
    const { text } = await garden.ask(`${home}?watch=true&timeoutSeconds=1&${query}`, init);
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { readonly type: string; readonly object: Fields });
  };

  test('begin as is asked for, and end in time', async () => {
    await using garden = await openGarden();
    const { metadata } = await garden.client.create(pots, pot('home', 'a'));
    const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const wanted = [
      ['', ['ADDED']],
      ['resourceVersion=0', ['ADDED']],
      [`resourceVersion=${metadata.resourceVersion}`, []],
      [initial, ['ADDED', 'BOOKMARK']],
      [initial.replace('true', 'false'), []],
    ] as const;
    const told = await Promise.all(wanted.map(async ([query]) => await seen(garden, query)));
    for (const [at, [query, types]] of wanted.entries())
      assert.deepEqual(
        told[at]!.map(({ type }) => type),
        types,
        query,
      );
    const [, bookmark] = await seen(garden, initial);
    const { annotations } = bookmark!.object['metadata'] as Fields;
    assert.deepEqual(annotations, { 'k8s.io/initial-events-end': 'true' });
    const [row] = await seen(garden, '', accepting(table));
    assert.equal(row?.object['kind'], 'Table');
  });

  test('that cannot begin are refused, and those that fail say so', async () => {
    await using garden = await openGarden();
    for (const [query, code] of [
      ['sendInitialEvents=true', 422],
      ['resourceVersionMatch=NotOlderThan&resourceVersion=1', 422],
      ['fieldSelector=spec.size%3D3', 400],
      ['resourceVersion=new', 400],
    ] as const)
      assert.equal((await garden.ask(`${home}?watch=true&${query}`)).code, code, query);
    await using old = await openGarden();
    old.direct.watch = () => {
      throw new ObjectError('REVISION_TOO_OLD', 'too old');
    };
    const [event] = await seen(old, 'resourceVersion=1');
    assert.deepEqual(
      [event?.type, event?.object['code'], event?.object['reason']],
      ['ERROR', 410, 'Expired'],
    );
  });

  test('without a time to end last until they are closed, and then cost nothing', async () => {
    await using garden = await openGarden();
    const stop = new AbortController();
    const response = await fetch(`${garden.url}${home}?watch=true`, { signal: stop.signal });
    const reader = response.body!.getReader();
    await garden.client.create(pots, pot('home', 'a'));
    const { value } = await reader.read();
    assert.match(new TextDecoder().decode(value), /"ADDED"/);
    stop.abort();
    await assert.rejects(reader.read(), { name: 'AbortError' });
  });
});

describe('the API server: access', () => {
  const nobody = { authenticator: { authenticate: async () => undefined } };

  test('is refused to those whom nobody knows, except to health and the version', async () => {
    await using garden = await openGarden(nobody);
    for (const [path, code] of [
      ['/livez', 200],
      ['/readyz', 200],
      ['/healthz', 200],
      ['/version', 200],
      ['/apis', 401],
      [home, 401],
    ] as const)
      assert.equal((await garden.ask(path)).code, code, path);
  });

  test('is decided for each request, before anything is read', async () => {
    const asked: string[] = [];
    const authorizer: ApiOptions['authorizer'] = {
      authorize: async (_user, info) => {
        asked.push(info.isResource ? `${info.verb} ${info.resource}` : `${info.verb} ${info.path}`);
        return { isAllowed: !info.isResource, reason: '' };
      },
    };
    await using garden = await openGarden({ authorizer });
    const refused = await garden.ask(home, sent('POST', 'no JSON'));
    assert.equal(refused.code, 403);
    assert.match(String(refused.json['message']), /User "gardener" cannot create resource "pots"/);
    assert.equal((await garden.ask('/apis')).code, 200);
    assert.deepEqual(asked, ['create pots', 'get /apis']);
  });
});

describe('the API server: documents', () => {
  test('describe the kinds, in the forms that clients ask for, and are sent once', async () => {
    await using garden = await openGarden();
    const index = (await garden.ask('/openapi/v3')).json['paths'] as Record<
      string,
      { readonly serverRelativeURL: string }
    >;
    const { serverRelativeURL } = index['apis/garden.example/v1']!;
    const document = await garden.ask(serverRelativeURL);
    assert.ok(
      Object.keys(document.json['paths'] as Fields).includes(`${home.replace('home', '{namespace}')}/{name}`),
    );
    const etag = document.headers.get('etag')!;
    const again = await garden.ask(serverRelativeURL, { headers: { 'if-none-match': etag } });
    assert.deepEqual([again.code, again.text], [304, '']);
    assert.equal((await garden.ask('/openapi/v3/apis/none/v1')).code, 404);
    assert.equal((await garden.ask('/openapi/v2')).json['swagger'], '2.0');
    const asked = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const { headers } = await garden.ask('/openapi/v2', accepting(asked));
    assert.equal(headers.get('content-type'), asked.replace('@', '.'));
  });

  test('of discovery come whole in the version that is asked for, and plain to others', async () => {
    await using garden = await openGarden();
    const whole = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';
    const { json, headers } = await garden.ask('/apis', accepting(`${whole},application/json`));
    assert.deepEqual(
      [json['apiVersion'], headers.get('content-type')],
      ['apidiscovery.k8s.io/v2beta1', whole],
    );
    assert.equal((await garden.ask('/apis')).json['kind'], 'APIGroupList');
    assert.equal((await garden.ask('/apis/garden.example')).json['kind'], 'APIGroup');
    assert.deepEqual((await garden.ask('/api')).json['versions'], ['v1']);
    const { resources } = (await garden.ask('/apis/garden.example/v1')).json as {
      readonly resources: readonly Fields[];
    };
    assert.deepEqual(
      resources.map(({ name, shortNames }) => [name, shortNames]),
      [
        ['pots', ['p']],
        ['pots/status', undefined],
        ['sheds', ['s']],
      ],
    );
  });
});

describe('the API server: everything else', () => {
  test('is not found, or not to be written', async () => {
    await using garden = await openGarden();
    for (const [path, method, code] of [
      ['/', 'GET', 404],
      ['/apis/none.example', 'GET', 404],
      ['/apis/none.example/v1/pots', 'GET', 404],
      ['/version', 'POST', 405],
      ['/api/v1/%zz/x', 'GET', 400],
    ] as const)
      assert.equal((await garden.ask(path, { method })).code, code, path);
  });

  test('bodies that are too large, or in a form that nobody knows, are not read', async () => {
    await using garden = await openGarden();
    const large = await garden.ask(home, sent('POST', 'x'.repeat(3 * 2 ** 20 + 1)));
    assert.deepEqual([large.code, large.json['reason']], [413, 'RequestEntityTooLarge']);
    assert.equal(
      (await garden.ask(home, sent('POST', 'a=b', 'application/x-www-form-urlencoded'))).code,
      415,
    );
    assert.equal((await garden.ask(home, sent('POST', '{'))).code, 400);
    assert.equal((await garden.ask(home, sent('POST', { metadata: { name: 5 } }))).code, 400);
    const zipped = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    assert.equal((await garden.ask(home, { method: 'POST', body: '{}', headers: zipped })).code, 415);
  });

  test('failures that are nobody’s fault are told without their texts, and logged with them', async () => {
    const logged: unknown[] = [];
    await using garden = await openGarden({ log: (...event) => logged.push(event) });
    Object.assign(garden.direct, { list: async () => Promise.reject(new Error('/secret/path')) });
    const { code, text } = await garden.ask(home);
    assert.equal(code, 500);
    assert.ok(!text.includes('/secret/path'));
    assert.ok(JSON.stringify(logged).includes('/secret/path'));
  });

  test('health says which check failed', async () => {
    const checks = [
      { name: 'store', check: async () => {} },
      { name: 'moon', check: async () => Promise.reject(new Error('it is full')) },
    ];
    await using garden = await openGarden({ checks });
    const { code, text } = await garden.ask('/readyz');
    assert.equal(code, 503);
    assert.match(
      text,
      /^\[\+\]store ok\n\[-\]moon failed: reason withheld\n\[\+\]shutdown ok\nreadyz check failed/,
    );
  });

  test('a server that ends closes watches, answers what was begun, and takes nothing new', async () => {
    const gate = Promise.withResolvers<void>();
    const garden = await openGarden();
    const list = garden.direct.list.bind(garden.direct);
    const begun = Promise.withResolvers<void>();
    garden.direct.list = async (...asked) => {
      begun.resolve();
      await gate.promise;
      return await list(...asked);
    };
    const watch = garden.ask(`${home}?watch=true&resourceVersion=1`);
    const slow = garden.ask(home);
    await begun.promise;
    const ended = garden[Symbol.asyncDispose]();
    assert.equal((await watch).code, 200);
    const port = Number(new URL(garden.url).port);
    const [refusal] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    assert.equal(refusal.code, 'ECONNREFUSED');
    gate.resolve();
    assert.equal((await slow).code, 200);
    await ended;
  });
});
