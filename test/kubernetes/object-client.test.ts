import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { testClientContract } from '../../packages/toolkit/src/client/client.contract.ts';
import type { TestGarden } from '../../packages/toolkit/src/client/test-garden.ts';
import { pots } from '../../packages/toolkit/src/client/garden.sample.ts';
import { HttpObjectClient } from '../../packages/toolkit/src/client/over-http/http-object-client.ts';
import { readKubeconfig } from '../../packages/toolkit/src/client/over-http/kubeconfig.ts';
import type { ServerAccess } from '../../packages/toolkit/src/client/over-http/server-access.ts';
import { systemClock } from '../../packages/toolkit/src/clock/clock.ts';
import { testGarbageCollector } from '../../packages/toolkit/src/controller/garbage-collector.contract.ts';
import { KindClient } from '../../packages/toolkit/src/client/kind-client.ts';
import { EventRecorder } from '../../packages/toolkit/src/controller/event-recorder.ts';
import { leadWhile } from '../../packages/toolkit/src/controller/lease.ts';
import { occurrencesOf, storedEvent } from '../../packages/toolkit/src/core/resources/event.ts';
import { installGarden } from './fixtures/garden-crds.ts';
import { CannotBuild } from './fixtures/go-program.ts';
import { type KubeApiServer, startKubeApiServer } from './fixtures/kube-api-server.ts';

const server = await startKubeApiServer().catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
if (server instanceof CannotBuild)
  test('HttpObjectClient keeps the client contract on a kube-apiserver', { skip: server.message }, () => {});
else await testOn(server);

async function testOn(server: KubeApiServer): Promise<void> {
  const client = new HttpObjectClient(server.admin);
  after(async () => {
    client[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  });
  await installGarden(client);

  const open = async (): Promise<TestGarden> => ({
    client,
    namespaces: [await newNamespace(client, 'home'), await newNamespace(client, 'other')],
    oldRevision: async () => '1',
    [Symbol.asyncDispose]: async () => {},
  });
  testClientContract('HttpObjectClient on a kube-apiserver', open);
  testGarbageCollector('a kube-apiserver', open);
  testCredentials(server);
  testBuiltInKinds(client);
  testLeases(client);
  testEvents(client);
}

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const secrets = { group: '', version: 'v1', resource: 'secrets' };

async function newNamespace(client: HttpObjectClient, prefix: string): Promise<string> {
  const metadata = { name: `${prefix}-${randomUUID()}` };
  return (await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata })).metadata.name;
}

function testBuiltInKinds(client: HttpObjectClient): void {
  test('objects of built-in kinds are whole too, in lists as well', async () => {
    const namespace = await newNamespace(client, 'secrets');
    const data = { key: 'c2VjcmV0' };
    const metadata = { namespace, name: 'a' };
    const made = await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data });
    assert.deepEqual(made['data'], data);
    assert.deepEqual((await client.list(secrets, { namespace })).items, [made]);
  });
}

function testLeases(client: HttpObjectClient): void {
  test('leadWhile on a kube-apiserver: one process leads, and when it ends the next takes over', async () => {
    const options = {
      client,
      namespace: await newNamespace(client, 'leases'),
      name: 'leader',
      durationSeconds: 15, // a busy server may take some seconds to renew it
      clock: systemClock,
    };
    const log: string[] = [];
    const stops = { a: new AbortController(), b: new AbortController() };
    const isLeading = Promise.withResolvers<void>();
    const first = leadWhile(
      { ...options, holder: 'a' },
      async (signal) => {
        isLeading.resolve();
        await once(signal, 'abort');
        log.push('a ends');
      },
      stops.a.signal,
    );
    await isLeading.promise;
    const isRefused = Promise.withResolvers<void>();
    const second = leadWhile(
      { ...options, holder: 'b', onAttempt: ({ type }) => type === 'taken' && isRefused.resolve() },
      async () => {
        log.push('b leads');
        stops.b.abort();
      },
      stops.b.signal,
    );
    await isRefused.promise;
    stops.a.abort();
    await Promise.all([first, second]);
    assert.deepEqual(log, ['a ends', 'b leads']);
  });
}

function testEvents(client: HttpObjectClient): void {
  test('EventRecorder on a kube-apiserver: what it writes is taken, and counted again', async () => {
    const namespace = await newNamespace(client, 'events');
    const reporter = { controller: 'garden.example/pots', instance: 'shed' };
    const recorder = new EventRecorder(client, systemClock, reporter);
    const regarding = { kind: 'Pot', namespace, name: 'a' };
    for (let time = 0; time < 3; time += 1)
      await recorder.record({ type: 'Warning', reason: 'Dry', message: 'no water', regarding });
    const events = new KindClient(client, storedEvent);
    const [dry, ...more] = (await events.list({ namespace })).items;
    assert.equal(more.length, 0);
    assert.deepEqual([dry?.note, occurrencesOf(dry!).count], ['no water', 3]);
  });
}

function testCredentials({ url, dir, admin, strangersToken }: KubeApiServer): void {
  const listed = async (access: ServerAccess): Promise<number> => {
    using client = new HttpObjectClient(access);
    return (await client.list(pots)).items.length;
  };

  describe('HttpObjectClient shows who it is', () => {
    test('by a token', async () => {
      await listed(admin);
      await assert.rejects(listed({ ...admin, token: async () => 'wrong' }), { code: 'UNAUTHORIZED' });
      await assert.rejects(listed({ ...admin, token: async () => strangersToken }), { code: 'FORBIDDEN' });
    });

    test('by a kubeconfig with a certificate, or with a token in a file', async () => {
      writeFileSync(join(dir, 'token'), 'secret\n');
      const config = {
        'current-context': 'certificate',
        clusters: [{ name: 'here', cluster: { server: url, 'certificate-authority': 'ca.crt' } }],
        users: [
          { name: 'admin', user: { 'client-certificate': 'admin.crt', 'client-key': 'admin.key' } },
          { name: 'bearer', user: { tokenFile: 'token' } },
        ],
        contexts: [
          { name: 'certificate', context: { cluster: 'here', user: 'admin' } },
          { name: 'token', context: { cluster: 'here', user: 'bearer', namespace: 'garden' } },
          { name: 'nobody', context: { cluster: 'here' } },
        ],
      };
      const path = join(dir, 'kubeconfig');
      writeFileSync(path, JSON.stringify(config));
      await listed(await readKubeconfig(path));
      await listed(await readKubeconfig(path, 'token'));
      await assert.rejects(listed(await readKubeconfig(path, 'nobody')), { code: 'FORBIDDEN' });
      assert.equal((await readKubeconfig(path, 'token')).namespace, 'garden');
    });

    test('to a server whose certificate is trusted, and to no other', async () => {
      const { tls: _trusted, ...untrusting } = admin;
      await assert.rejects(listed(untrusting), { code: 'SERVER_UNREACHABLE' });
      await listed({ ...untrusting, tls: { rejectUnauthorized: false } });
      await assert.rejects(listed({ ...admin, url: 'https://127.0.0.1:1' }), { code: 'SERVER_UNREACHABLE' });
    });
  });
}
