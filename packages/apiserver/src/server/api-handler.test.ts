import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pot, pots } from '@ignite/toolkit/client/garden.sample';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { ApiOptions } from './api-handler.ts';
import type { RequestObserver } from './request-observer.ts';
import { type Fields, accepting, home, openGarden, sent, table } from './asked-garden.sample.ts';

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

  test('health says which check failed, of those that are asked for', async () => {
    const checks = [
      { name: 'store', check: async () => {} },
      { name: 'moon', isOfReadiness: true, check: async () => Promise.reject(new Error('it is full')) },
    ];
    await using garden = await openGarden({ checks });
    const failed =
      '[+]ping ok\n[+]store ok\n[-]moon failed: reason withheld\n[+]shutdown ok\nreadyz check failed\n';
    const passed = '[+]ping ok\n[+]store ok\n[+]moon excluded: ok\n[+]shutdown ok\n';
    const unknown = 'warn: some health checks cannot be excluded: no matches for "sun"\n';
    for (const [path, code, told] of [
      ['/readyz', 500, failed],
      ['/readyz?verbose', 500, failed],
      ['/readyz?exclude=moon', 200, 'ok'],
      ['/readyz?verbose&exclude=moon&exclude=sun', 200, `${passed}${unknown}readyz check passed\n`],
      ['/livez', 200, 'ok'],
      ['/livez?verbose', 200, '[+]ping ok\n[+]store ok\nlivez check passed\n'],
      ['/readyz/store', 200, 'ok'],
      ['/readyz/moon', 500, 'internal server error: reason withheld\n'],
    ] as const) {
      const answer = await garden.ask(path);
      assert.deepEqual([answer.code, answer.text], [code, told], path);
    }
    assert.equal((await garden.ask('/livez/moon')).code, 404);
  });

  test('an observer is told of each request in a bounded number of words', async () => {
    const told: string[] = [];
    const begin: RequestObserver['begin'] = (request) => {
      const { verb, resource, subresource, scope, dryRun, isWrite } = request;
      const words = [verb, resource, subresource, scope, dryRun, isWrite ? 'write' : ''].filter(Boolean);
      return ({ code }) => told.push(`${words.join(' ')} ${code}`);
    };
    await using garden = await openGarden({ observer: { begin }, metrics: async () => 'pots_total 1\n' });
    const apply = sent('PATCH', pot('home', 'b'), 'application/apply-patch+yaml');
    for (const [path, init, words] of [
      [home, {}, 'LIST pots namespace 200'],
      ['/apis/garden.example/v1/pots', {}, 'LIST pots cluster 200'],
      [`${home}/a`, {}, 'GET pots resource 404'],
      [home, sent('POST', pot('home', 'a')), 'POST pots resource write 201'],
      [`${home}/b?fieldManager=me&dryRun=All`, apply, 'APPLY pots resource All write 201'],
      [`${home}?watch=true&timeoutSeconds=1`, {}, 'WATCH pots namespace 200'],
      ['/apis/garden.example/v1/moons', {}, 'LIST 404'],
      ['/readyz', {}, 'GET /readyz 200'],
      ['/secret', {}, 'GET 404'],
      ['/metrics', {}, 'GET /metrics 200'],
    ] as const) {
      const { text } = await garden.ask(path, init);
      while (told.length === 0) await delay(1);
      assert.equal(told.pop(), words, text);
    }
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
