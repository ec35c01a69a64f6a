import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { pot, pots } from '@ignite/toolkit/client/garden.sample';
import type { AuditEvent } from '../audit/audit-event.ts';
import { BearerAuthenticator } from '../authentication/bearer-authenticator.ts';
import { CertificateAuthenticator } from '../authentication/certificate-authenticator.ts';
import { UnionAuthenticator } from '../authentication/union-authenticator.ts';
import type { Authorizer } from '../request/access.ts';
import { unauthorized } from '../authentication/unauthorized.ts';
import { type ProtocolClient, protocols } from './protocols.sample.ts';
import type { ObservedRequest } from './request-observer.ts';
import { type SecureGarden, serveSecureGarden } from './secure-garden.sample.ts';

const path = `/apis/${pots.group}/${pots.version}/namespaces/home/${pots.resource}`;
const json = { 'content-type': 'application/json' };
const made = (name: string, species?: string): string =>
  JSON.stringify(pot('home', name, species === undefined ? {} : { species }));

async function makeHome({ direct }: SecureGarden): Promise<void> {
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
  await direct.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'home' } });
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 500; tries += 1) await delay(20);
  assert.ok(isSo());
}

/** Knows the user of a certificate, or of the token `ada`. */
const authenticator = new UnionAuthenticator([
  new CertificateAuthenticator(systemClock),
  new BearerAuthenticator([
    {
      userOf: async (token) => {
        if (token === 'ada') return { name: 'ada', groups: [] };
        throw unauthorized('the token is not known');
      },
    },
  ]),
]);

/** Lets users do everything, and keeps their names; nobody may be acted as but `bob`. */
function keepUsers(): Authorizer & { readonly users: readonly string[] } {
  const users: string[] = [];
  return {
    users,
    authorize: async ({ name }, request) => {
      users.push(name);
      const acts = 'verb' in request && request.verb === 'impersonate';
      const isAllowed = !acts || ('name' in request && request.name === 'bob');
      return { isAllowed, reason: 'a test' };
    },
  };
}

/** What belongs to a connection, and may not be said of a stream of HTTP/2 (RFC 9113, 8.2.2). */
const ofConnections = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection'];

for (const [protocol, { open: clientOf, cut }] of Object.entries(protocols)) {
  const open = (garden: SecureGarden): ProtocolClient => clientOf(garden.url, { ca: garden.ca });

  describe(`a server with TLS by ${protocol}`, () => {
    test('requests are answered, in all forms', async () => {
      await using garden = await serveSecureGarden();
      await makeHome(garden);
      using client = open(garden);
      assert.equal((await client.ask({ path, method: 'POST', headers: json, body: made('a') })).code, 201);
      const found = await client.ask({ path: `${path}/a` });
      assert.equal(found.code, 200);
      assert.equal(found.headers['content-type'], 'application/json');
      assert.ok(found.headers['date']);
      const patched = await client.ask({
        path: `${path}/a`,
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ spec: { size: 7 } }),
      });
      assert.match(patched.body.toString(), /"size":7/);
      const head = await client.ask({ path: `${path}/a`, method: 'HEAD' });
      assert.deepEqual([head.code, head.body.length], [200, 0]);
      assert.equal(head.headers['content-length'], String(patched.body.length));
      const missing = await client.ask({ path: `${path}/b` });
      assert.deepEqual([missing.code, JSON.parse(missing.body.toString()).reason], [404, 'NotFound']);
      const yaml = await client.ask({ path: `${path}/a`, headers: { accept: 'application/yaml' } });
      assert.match(yaml.body.toString(), /^ {2}size: 7$/m);
      const deleted = await client.ask({ path: `${path}/a`, method: 'DELETE' });
      assert.equal(deleted.code, 200);
      assert.equal((await client.ask({ path: `${path}/a` })).code, 404);
      const wrong = await client.ask({ path: `${path}/a`, method: 'HEAD' });
      assert.deepEqual([wrong.code, wrong.body.length], [404, 0]);
    });

    test('what a client has already is not sent again', async () => {
      await using garden = await serveSecureGarden();
      using client = open(garden);
      const { headers, body } = await client.ask({ path: '/openapi/v2' });
      assert.ok(body.length > 0);
      const again = await client.ask({ path: '/openapi/v2', headers: { 'if-none-match': headers.etag } });
      assert.deepEqual([again.code, again.body.length], [304, 0]);
    });

    test('large answers come whole, zipped for those who read that, and small ones after them', async () => {
      await using garden = await serveSecureGarden();
      await makeHome(garden);
      await Promise.all(
        Array.from({ length: 30 }, async (_, at) =>
          garden.direct.create(pots, pot('home', `pot-${at}`, { species: 'x'.repeat(100_000) })),
        ),
      );
      using client = open(garden);
      const plain = client.ask({ path });
      const zipped = client.ask({ path, headers: { 'accept-encoding': 'gzip' } });
      const small = client.ask({ path: `${path}/none` });
      const { headers, body } = await zipped;
      assert.deepEqual([headers['content-encoding'], headers['vary']], ['gzip', 'accept-encoding']);
      assert.ok(body.length < 100_000);
      assert.deepEqual(gunzipSync(body), (await plain).body);
      assert.equal((await plain).headers['content-length'], String((await plain).body.length));
      assert.equal((await small).code, 404);
    });

    test('only what the version of HTTP knows is said of the connection', async () => {
      const warnings: unknown[] = [];
      const warn = (warning: unknown): unknown => warnings.push(warning);
      process.on('warning', warn);
      await using garden = await serveSecureGarden();
      await makeHome(garden);
      await garden.direct.create(pots, pot('home', 'large', { species: 'x'.repeat(200_000) }));
      using client = open(garden);
      for (const asked of [
        { path: `${path}/large` },
        { path: `${path}/none` },
        { path, method: 'POST', headers: { ...json, 'content-length': 4 * 2 ** 20 }, isUnfinished: true },
      ]) {
        const { headers } = await client.ask(asked);
        const said = ofConnections.filter((name) => headers[name] !== undefined);
        assert.equal(said.length > 0, protocol === 'HTTP/1.1', `${asked.path}: ${said.join(', ')}`);
      }
      await delay(0);
      process.off('warning', warn);
      assert.deepEqual(warnings, []);
    });

    test('bodies are refused by their size, and not unpacked', async () => {
      await using garden = await serveSecureGarden();
      await makeHome(garden);
      using client = open(garden);
      const post = async (body: Buffer, headers = {}): Promise<number> =>
        (await client.ask({ path, method: 'POST', headers: { ...json, ...headers }, body })).code;
      const large = 3 * 2 ** 20 + 1;
      const announced = { ...json, 'content-length': large };
      const { code } = await client.ask({ path, method: 'POST', headers: announced, isUnfinished: true });
      assert.equal(code, 413);
      assert.equal(await post(Buffer.alloc(large, ' ')), 413);
      assert.equal(await post(gzipSync(Buffer.alloc(2 ** 20)), { 'content-encoding': 'gzip' }), 415);
      assert.equal(await post(Buffer.from(made('a'))), 201);
    });

    test('a body that is broken off changes nothing, though it could be whole', async () => {
      const answered: number[] = [];
      const observer = { begin: () => (ended: { readonly code: number }) => void answered.push(ended.code) };
      await using garden = await serveSecureGarden({ observer });
      await makeHome(garden);
      const yaml = { 'content-type': 'application/yaml' };
      const body = `apiVersion: garden.example/v1\nkind: Pot\nmetadata: {name: a}\nspec: {size: 2}\n`;
      await cut(garden.url, { ca: garden.ca }, { path, headers: yaml, body });
      await until(() => answered.length === 1);
      assert.deepEqual(answered, [499]);
      assert.equal((await garden.direct.list(pots)).items.length, 0);
      using client = open(garden);
      assert.equal((await client.ask({ path, method: 'POST', headers: yaml, body })).code, 201);
    });

    test('changes come at once, and the watch ends when the client breaks it off', async () => {
      let watches = 0;
      await using garden = await serveSecureGarden();
      await makeHome(garden);
      const watch = garden.store.watch.bind(garden.store);
      garden.store.watch = async function* (...asked) {
        watches += 1;
        try {
          yield* watch(...asked);
        } finally {
          watches -= 1;
        }
      };
      using client = open(garden);
      const { code, headers, body, breakOff } = await client.begin({ path: `${path}?watch=true` });
      assert.deepEqual([code, headers['content-type']], [200, 'application/json']);
      await garden.direct.create(pots, pot('home', 'a'));
      const [line] = (await once(body, 'data')) as [Buffer];
      assert.match(line.toString(), /^\{"type":"ADDED".*\}\n$/);
      assert.ok(watches > 0);
      const before = watches;
      breakOff();
      await until(() => watches < before);
      const ended = await client.ask({ path: `${path}?watch=true&timeoutSeconds=1` });
      assert.match(ended.body.toString(), /"type":"ADDED"/);
    });

    test('what a client of a watch does not read stays in the store, and comes when it reads on', async () => {
      let read = 0;
      await using garden = await serveSecureGarden();
      await makeHome(garden);
      const watch = garden.store.watch.bind(garden.store);
      garden.store.watch = async function* (...asked) {
        for await (const event of watch(...asked)) {
          if (event.type !== 'BOOKMARK') read += 1;
          yield event;
        }
      };
      let object = await garden.direct.create(pots, pot('home', 'a'));
      using client = open(garden);
      const { body } = await client.begin({ path: `${path}?watch=true` });
      body.pause();
      const [count, species] = [150, 'x'.repeat(200_000)];
      for (let at = 1; at <= count; at += 1) {
        const annotations = { species, at: String(at) };
        object = await garden.direct.update(pots, {
          ...object,
          metadata: { ...object.metadata, annotations },
        });
      }
      assert.ok(read < count, `${read} changes were read for a client that reads none`);
      let [seen, rest] = [0, ''];
      for await (const part of body.setEncoding('utf8')) {
        const lines = `${rest}${part as string}`.split('\n');
        rest = lines.pop()!;
        seen += lines.filter((line) => line.startsWith('{"type":"MODIFIED"')).length;
        if (seen === count) break;
      }
      assert.equal(seen, count);
    });

    test('users are known by certificates and tokens, to each request anew', async () => {
      const authorizer = keepUsers();
      await using garden = await serveSecureGarden({ authenticator, authorizer });
      await makeHome(garden);
      using certified = clientOf(garden.url, { ...(await garden.certificateOf('eve', 'ops')) });
      assert.equal((await certified.ask({ path })).code, 200);
      assert.equal((await certified.ask({ path })).code, 200);
      const asBob = { 'Impersonate-User': 'bob' };
      assert.equal((await certified.ask({ path, headers: asBob })).code, 200);
      assert.equal((await certified.ask({ path, headers: { 'Impersonate-User': 'ada' } })).code, 403);
      assert.deepEqual(authorizer.users, ['eve', 'eve', 'eve', 'bob', 'eve']);
      using plain = open(garden);
      const withToken = async (token: string): Promise<number> =>
        (await plain.ask({ path, headers: { authorization: `Bearer ${token}` } })).code;
      assert.equal(await withToken('ada'), 200);
      assert.equal(authorizer.users.at(-1), 'ada');
      assert.equal(await withToken('eve'), 401);
      using nobody = open(garden);
      assert.equal((await nobody.ask({ path })).code, 401);
    });

    test('requests are recorded and counted, with the address of the client', async () => {
      const events: AuditEvent[] = [];
      const counted: (readonly [ObservedRequest['verb'], number])[] = [];
      await using garden = await serveSecureGarden({
        audit: {
          policy: { rules: [{ level: 'Metadata' }] },
          write: async (event) => void events.push(event),
        },
        observer: {
          begin:
            ({ verb }) =>
            ({ code }) =>
              void counted.push([verb, code]),
        },
      });
      await makeHome(garden);
      using client = open(garden);
      const { headers } = await client.ask({ path, headers: { 'user-agent': 'gardener/1.0' } });
      const { breakOff } = await client.begin({ path: `${path}?watch=true` });
      breakOff();
      await until(() => events.length === 2 && counted.length === 2);
      assert.partialDeepStrictEqual(events[0], {
        auditID: headers['audit-id'],
        requestURI: path,
        sourceIPs: ['127.0.0.1'],
        userAgent: 'gardener/1.0',
        responseStatus: { code: 200 },
      });
      assert.deepEqual(counted, [
        ['LIST', 200],
        ['WATCH', 200],
      ]);
    });

    test('at the end, watches end and what was begun is answered', async () => {
      const { promise: asked, resolve: tell } = Promise.withResolvers<void>();
      const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
      await using garden = await serveSecureGarden({
        authorizer: {
          authorize: async (_user, request) => {
            if ('verb' in request && request.verb === 'list') {
              tell();
              await allowed;
            }
            return { isAllowed: true, reason: 'a test' };
          },
        },
      });
      await makeHome(garden);
      using watching = open(garden);
      using listing = open(garden);
      const watch = await watching.begin({ path: `${path}?watch=true` });
      const list = listing.ask({ path });
      await asked;
      const begin = performance.now();
      const ended = garden.served[Symbol.asyncDispose]();
      assert.equal(await text(watch.body), '');
      allow();
      assert.equal((await list).code, 200);
      await ended;
      assert.ok(performance.now() - begin < 5_000, 'nothing is waited for but what was begun');
      using late = open(garden);
      await assert.rejects(late.ask({ path }));
    });

    test('at the end, nobody is waited for who takes nothing', { timeout: 60_000 }, async () => {
      await using garden = await serveSecureGarden();
      await makeHome(garden);
      const large = pot('home', 'large', { species: 'x'.repeat(1_000_000) });
      for (let at = 0; at < 20; at += 1)
        await garden.direct.create(pots, { ...large, metadata: { ...large.metadata, name: `pot-${at}` } });
      using client = open(garden);
      const { body } = await client.begin({ path });
      body.on('error', () => {});
      await garden.served[Symbol.asyncDispose]();
    });
  });
}
