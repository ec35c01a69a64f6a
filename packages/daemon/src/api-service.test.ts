import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { json, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { servedDefinitionKind } from '@ignite/apiserver/custom-resource/definition/definition-kind';
import { ServedDefinitions } from '@ignite/apiserver/custom-resource/served-definitions';
import { apiKinds } from '@ignite/apiserver/server/api-kinds';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { serveApiService } from './api-service.ts';
import { measuredClient } from './measured-client.ts';
import { Metrics } from './metrics.ts';

function clientOf(store: MemoryStore) {
  const definitions = new ServedDefinitions();
  const fixed = [...coreKinds, ...accessKinds].map(servedKindOf);
  const client = new StoreObjectClient(store, () => [...fixed, ...apiKinds(definitions)]);
  return { client, definitions };
}

const self = { name: 'one', isAlone: true };

async function answer(socketPath: string, path: string, token?: string): Promise<unknown> {
  const asked = get({
    socketPath,
    path,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return await json(response);
}

test('serveApiService: who may open the socket may ask for objects, until the signal aborts', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'api-socket-'));
  using store = new MemoryStore();
  const { client, definitions } = clientOf(store);
  const stop = new AbortController();
  const socket = join(dir, 'api.sock');
  try {
    await using api = await serveApiService(
      { client, definitions, self, socket, dir, log: () => {} },
      stop.signal,
    );
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    const { items } = (await answer(socket, '/api/v1/namespaces')) as { items: readonly unknown[] };
    assert.equal(items.length, 4);
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    assert.partialDeepStrictEqual(await answer(socket, `${roles}/ignite:viewer`), {
      metadata: { name: 'ignite:viewer' },
    });
    assert.partialDeepStrictEqual(await answer(socket, '/api/v1/namespaces', 'wrong'), { code: 401 });
    const watch = get({ socketPath: socket, path: '/api/v1/namespaces?watch=true' });
    const [stream] = (await once(watch, 'response')) as [IncomingMessage];
    stop.abort();
    stream.resume();
    await once(stream, 'end');
    await api.ended;
    assert.throws(() => statSync(socket), { code: 'ENOENT' });
  } finally {
    stop.abort();
    rmSync(dir, { recursive: true, force: true });
  }
});

test('serveApiService: health and metrics tell of the store, the roles, the requests and the process', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'api-metrics-'));
  using store = new MemoryStore();
  const { client, definitions } = clientOf(store);
  const metrics = new Metrics();
  const stop = new AbortController();
  const socket = join(dir, 'api.sock');
  const read = async (path: string): Promise<string> => {
    const [response] = (await once(get({ socketPath: socket, path }), 'response')) as [IncomingMessage];
    return await text(response);
  };
  try {
    await using api = await serveApiService(
      {
        client: measuredClient(client, metrics.api),
        definitions,
        self,
        socket,
        dir,
        observer: metrics.api,
        metrics: () => metrics.registry.metrics(),
        log: () => {},
      },
      stop.signal,
    );
    assert.equal(
      await read('/readyz?verbose'),
      '[+]ping ok\n[+]store ok\n[+]informer-sync ok\n[+]webhook-sync ok\n[+]shutdown ok\nreadyz check passed\n',
    );
    assert.equal(await read('/livez'), 'ok');
    await read('/api/v1/namespaces');
    const told = await read('/metrics');
    const listed =
      'verb="LIST",group="",version="v1",resource="namespaces",subresource="",scope="cluster",component="apiserver",dry_run=""';
    for (const line of [
      `apiserver_request_total{${listed},code="200"} 1`,
      `apiserver_request_duration_seconds_count{${listed}} 1`,
      'apiserver_current_inflight_requests{request_kind="readOnly"} 1',
      'apiserver_current_inflight_requests{request_kind="mutating"} 0',
      'apiserver_storage_objects{resource="namespaces"} 4',
    ])
      assert.ok(told.split('\n').includes(line), `${line} in ${told}`);
    assert.match(told, /^etcd_request_duration_seconds_count\{operation="list",type="namespaces"\} \d+$/m);
    assert.match(told, /^process_resident_memory_bytes \d+$/m);
    const more = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'more' } };
    await client.create({ group: '', version: 'v1', resource: 'namespaces' }, more);
    assert.match((await api.metrics?.()) ?? '', /^apiserver_storage_objects\{resource="namespaces"\} 5$/m);
    store[Symbol.dispose]();
    assert.match(await read('/readyz'), /\[-\]store failed/);
  } finally {
    stop.abort();
    rmSync(dir, { recursive: true, force: true });
  }
});

test('serveApiService: its kubeconfig leads its administrator to the address, and nobody without a certificate', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'api-address-'));
  using store = new MemoryStore();
  const { client, definitions } = clientOf(store);
  const stop = new AbortController();
  const socket = join(dir, 'api.sock');
  const address = { host: '127.0.0.1', port: 0 };
  try {
    await using api = await serveApiService(
      { client, definitions, self, socket, address, dir, log: () => {} },
      stop.signal,
    );
    const path = join(dir, 'kubeconfig');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const access = await readKubeconfig(path);
    const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
    assert.equal((await new HttpObjectClient(access).list(namespaces)).items.length, 4);
    const { key: _key, cert: _cert, ...tls } = access.tls!;
    await assert.rejects(new HttpObjectClient({ ...access, tls }).list(namespaces), { code: 'UNAUTHORIZED' });
    stop.abort();
    await api.ended;
    assert.throws(() => statSync(path), { code: 'ENOENT' }, 'it leads nowhere any more');
  } finally {
    stop.abort();
    rmSync(dir, { recursive: true, force: true });
  }
});

test('serveApiService: a kind that a client defines is served at once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'api-definition-'));
  using store = new MemoryStore();
  const { client, definitions } = clientOf(store);
  const stop = new AbortController();
  const [socket, address] = [join(dir, 'api.sock'), { host: '127.0.0.1', port: 0 }];
  try {
    await using _api = await serveApiService(
      { client, definitions, self, socket, address, dir, log: () => {} },
      stop.signal,
    );
    const asked = new HttpObjectClient(await readKubeconfig(join(dir, 'kubeconfig')));
    const group = 'garden.example';
    const schema = {
      type: 'object',
      properties: {
        spec: { type: 'object', properties: { litres: { type: 'integer', default: 5, minimum: 1 } } },
      },
    };
    await asked.create(servedDefinitionKind, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `pots.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'pots', kind: 'Pot' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
    while (definitions.resources.length === 0) await delay(10);
    const pots = { group, version: 'v1', resource: 'pots' };
    const pot = { apiVersion: `${group}/v1`, kind: 'Pot', metadata: { name: 'a', namespace: 'default' } };
    const made = await asked.create(pots, { ...pot, spec: { colour: 'red' } });
    assert.deepEqual(made['spec'], { litres: 5 });
    await assert.rejects(asked.create(pots, { ...pot, spec: { litres: 0 } }), { code: 'INVALID' });
  } finally {
    stop.abort();
    rmSync(dir, { recursive: true, force: true });
  }
});
