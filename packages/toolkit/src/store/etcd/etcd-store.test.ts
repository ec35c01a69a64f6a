import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EtcdClient, type EtcdOptions, type RangeResponse } from './etcd-client.ts';
import { base64, prefixRange } from './etcd-key-value.ts';
import { openEtcdStore } from './etcd-store.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { testDamagedRecords } from '../damaged-record.contract.ts';
import { testStoreContract } from '../store.contract.ts';

const dir = mkdtempSync(join(tmpdir(), 'etcd-test-'));
let server: ChildProcess;
let options: EtcdOptions;
/** A busy machine may take long to write what it acknowledges to disk. */
const patienceMs = 120_000;
let prefixes = 0;
const newPrefix = (): string => `/test-${(prefixes += 1)}`;

/** Starts Debian's etcd with TLS and with users that have passwords. */
before(async () => {
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
      .concat(['-subj', '/CN=etcd', '-addext', 'subjectAltName=IP:127.0.0.1'])
      .concat(['-keyout', join(dir, 'key'), '-out', join(dir, 'crt')]),
    { stdio: 'ignore' },
  );
  const [client, peer] = [await freePort(), await freePort()];
  const endpoint = `https://127.0.0.1:${client}`;
  const args = [
    '--data-dir',
    join(dir, 'data'),
    '--listen-client-urls',
    endpoint,
    '--advertise-client-urls',
    endpoint,
  ]
    .concat([
      '--listen-peer-urls',
      `http://127.0.0.1:${peer}`,
      '--initial-advertise-peer-urls',
      `http://127.0.0.1:${peer}`,
    ])
    .concat(['--initial-cluster', `default=http://127.0.0.1:${peer}`, '--log-level', 'error'])
    .concat(['--experimental-watch-progress-notify-interval', '200ms'])
    .concat(['--cert-file', join(dir, 'crt'), '--key-file', join(dir, 'key')]);
  server = spawn('etcd', args, { stdio: 'ignore' });
  const tls = { ca: readFileSync(join(dir, 'crt'), 'utf8') };
  options = { endpoints: [endpoint], tls, username: 'root', password: 'secret', timeoutMs: patienceMs };
  using anyone = new EtcdClient({ endpoints: [endpoint], tls, timeoutMs: patienceMs });
  for (const deadline = Date.now() + patienceMs; ;) {
    try {
      await anyone.call('/v3/kv/range', { key: 'AA==' });
      break;
    } catch (failure) {
      if (Date.now() > deadline) throw failure;
      await delay(100);
    }
  }
  await anyone.call('/v3/auth/user/add', { name: 'root', password: 'secret' });
  await anyone.call('/v3/auth/user/grant', { user: 'root', role: 'root' });
  await anyone.call('/v3/auth/enable', {});
});

after(async () => {
  server.kill('SIGKILL');
  await once(server, 'exit');
  rmSync(dir, { recursive: true, force: true });
});

testStoreContract(
  'EtcdStore',
  async () => openEtcdStore({ ...options, prefix: newPrefix() }),
  async (store, object) => {
    const { metadata } = await store.update({ ...object, status: { wet: true } });
    using client = new EtcdClient(options);
    await client.call('/v3/kv/compaction', { revision: metadata.resourceVersion });
  },
);

testDamagedRecords('EtcdStore', async (decoding) =>
  openEtcdStore({ ...options, ...decoding, prefix: newPrefix() }),
);

describe('EtcdStore', () => {
  test('a wrong password, an unknown authority and an unreachable server give different errors', async () => {
    const failing = async (changed: Partial<EtcdOptions>) => {
      using store = openEtcdStore({ ...options, ...changed, prefix: newPrefix() });
      return await store.list(potKind);
    };
    await assert.rejects(failing({ password: 'wrong' }), { code: 'ETCD_DENIED' });
    await assert.rejects(failing({ tls: { ca: '' } }), { code: 'ETCD_UNREACHABLE' });
    await assert.rejects(failing({ endpoints: ['https://127.0.0.1:1'] }), { code: 'ETCD_UNREACHABLE' });
  });

  test('an endpoint that is down is passed over', async () => {
    using store = openEtcdStore({
      ...options,
      endpoints: ['https://127.0.0.1:1', ...options.endpoints],
      prefix: newPrefix(),
    });
    assert.deepEqual((await store.list(potKind)).items, []);
  });

  test('objects of the first layout, which has no version, are moved below their groups', async () => {
    const prefix = newPrefix();
    using client = new EtcdClient(options);
    for (const name of ['a', 'registry.example/b:1']) {
      const text = JSON.stringify({ ...pot(name), metadata: { ...stored, ...pot(name).metadata } });
      await putText(client, `${prefix}/objects/Pot/default/${name}`, text);
    }
    using store = openEtcdStore({ ...options, prefix });
    const names = (await store.list(potKind)).items.map(({ metadata }) => metadata.name);
    assert.deepEqual(names, ['a', 'registry.example/b:1']);
    const left = await client.call<RangeResponse>('/v3/kv/range', prefixRange(`${prefix}/objects/`));
    assert.equal(left.kvs, undefined);
  });

  test('a damaged record in the first layout hinders no other, and stays with its group', async () => {
    const prefix = newPrefix();
    using client = new EtcdClient(options);
    await putText(client, `${prefix}/objects/Pot/default/a`, '{"apiVersion":"garden.example/v1","kin');
    using store = openEtcdStore({ ...options, prefix });
    const { broken } = await store.list(potKind);
    assert.deepEqual(
      broken?.map(({ key, problem }) => [key.name, problem]),
      [['a', 'it is not JSON']],
    );
  });

  test('objects and events of an older program are upgraded once, by several hosts at once too', async () => {
    const prefix = newPrefix();
    using client = new EtcdClient(options);
    await putText(client, `${prefix}/version`, '2');
    const old = (apiVersion: string, kind: string, name: string, spec: object): string =>
      JSON.stringify({ apiVersion, kind, metadata: { ...stored, name, uid: name }, spec });
    const names = Array.from({ length: 600 }, (_, at) => `p${at}`);
    for (const name of names)
      await putText(
        client,
        `${prefix}/registry/garden.example/Pot/default/${name}`,
        old('garden.example/v1', 'Pot', name, {}),
      );
    await putText(client, `${prefix}/registry/garden.example/Pot/default/torn`, '{"kind":');
    const happened = { ...{ type: 'Normal', reason: 'Watered', message: 'm', count: 1 }, regarding: {} };
    const times = { firstTime: '2026-11-01T10:00:09.000Z', lastTime: '2026-11-01T10:00:09.000Z' };
    const events = `${prefix}/registry/gitops.weave.works/Event/default`;
    await putText(
      client,
      `${events}/e`,
      old('gitops.weave.works/v1', 'Event', 'e', { ...happened, ...times }),
    );
    await putText(client, `${events}/torn`, '{"kind":');
    const upgrade = (object: KubeObject): KubeObject => {
      const { name } = object.metadata;
      return object.kind === 'Pot' && name.startsWith('p')
        ? { ...object, metadata: { ...object.metadata, name: name.replace('p', 'q') } }
        : object;
    };
    const stores = [1, 2, 3].map(() => openEtcdStore({ ...options, prefix, upgrade }));
    const [{ items, broken } = assert.fail()] = await Promise.all(stores.map((each) => each.list(potKind)));
    for (const store of stores) store[Symbol.dispose]();
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      names.map((name) => name.replace('p', 'q')).toSorted(),
    );
    assert.equal(broken?.length, 1);
    const refuse = (): never => assert.fail('the objects are those of today');
    using again = openEtcdStore({ ...options, prefix, upgrade: refuse });
    const [event, ...others] = (await again.list({ group: 'events.k8s.io', kind: 'Event' })).items;
    assert.equal(others.length, 0);
    assert.deepEqual(
      [event?.['note'], event?.['eventTime'], event?.['series']],
      ['m', '2026-11-01T10:00:09.000000Z', null],
    );
    assert.deepEqual((await again.list({ group: 'gitops.weave.works', kind: 'Event' })).broken, []);
  });

  test('a step that was killed amid is taken again; until then nobody writes', async () => {
    const prefix = newPrefix();
    using store = openEtcdStore({ ...options, prefix });
    const made = await store.create(pot('a'));
    using client = new EtcdClient(options);
    await putText(client, `${prefix}/version`, '3.5');
    using other = openEtcdStore({ ...options, prefix, upgrade: (object) => ({ ...object, size: 'l' }) });
    const { items } = await other.list(potKind);
    assert.deepEqual(
      items.map((item) => item['size']),
      ['l'],
    );
    await assert.rejects(store.update({ ...made, spec: { wet: true } }), { code: 'CONFLICT' });
  });

  test('a record that is damaged while it is watched is told of as deleted, and as added once it is mended', async () => {
    const prefix = newPrefix();
    const told: string[] = [];
    const onBroken = ({ problem }: { readonly problem: string }): void => void told.push(problem);
    using store = openEtcdStore({ ...options, prefix, onBroken });
    using client = new EtcdClient(options);
    const { revision } = await store.list(potKind);
    const place = `${prefix}/registry/garden.example/Pot/default`;
    await store.create(pot('a'));
    await putText(client, `${place}/a`, '{"kind":');
    await putText(client, `${place}/a`, JSON.stringify(await store.create(pot('b'))));
    await store.mend(pot('a'));
    await store.delete({ ...potKind, name: 'a' });
    const seen: string[] = [];
    for await (const event of store.watch(potKind, revision, AbortSignal.timeout(patienceMs))) {
      if (event.type === 'BOOKMARK') continue;
      seen.push(`${event.type} ${event.object.metadata.name}`);
      if (seen.length === 5) break;
    }
    assert.deepEqual(seen, ['ADDED a', 'DELETED a', 'ADDED b', 'ADDED a', 'DELETED a']);
    assert.deepEqual(told, ['it belongs to another object']);
  });

  test('a newer layout is refused, and an open store does not write to it either', async () => {
    const prefix = newPrefix();
    using store = openEtcdStore({ ...options, prefix });
    const made = await store.create(pot('a'));
    using client = new EtcdClient(options);
    await client.call('/v3/kv/put', { key: base64(`${prefix}/version`), value: base64('99') });
    await assert.rejects(store.update({ ...made, spec: { wet: true } }), { code: 'STORE_TOO_NEW' });
    using late = openEtcdStore({ ...options, prefix });
    await assert.rejects(late.list(potKind), { code: 'STORE_TOO_NEW', message: /schema 99/ });
  });

  test('a watch whose permission is revoked ends with the reason', async () => {
    const prefix = newPrefix();
    using client = new EtcdClient(options);
    const range = { permType: 'READWRITE', ...prefixRange(`${prefix}/`) };
    await client.call('/v3/auth/role/add', { name: 'gardener' });
    await client.call('/v3/auth/role/grant', { name: 'gardener', perm: range });
    await client.call('/v3/auth/user/add', { name: 'gardener', password: 'secret' });
    await client.call('/v3/auth/user/grant', { user: 'gardener', role: 'gardener' });
    using store = openEtcdStore({ ...options, username: 'gardener', prefix });
    const { revision } = await store.list(potKind);
    await client.call('/v3/auth/role/revoke', { role: 'gardener', ...prefixRange(`${prefix}/`) });
    const watching = Array.fromAsync(store.watch(potKind, revision, AbortSignal.timeout(patienceMs)));
    await assert.rejects(watching, { code: 'WATCH_CANCELLED', message: /permission denied/ });
  });

  test('lists of more than a page are whole and in order', async () => {
    using store = openEtcdStore({ ...options, prefix: newPrefix() });
    const names = Array.from({ length: 1_205 }, (_, at) => `p${String(at).padStart(4, '0')}`);
    for (let at = 0; at < names.length; at += 100)
      await Promise.all(names.slice(at, at + 100).map((name) => store.create(pot(name))));
    assert.deepEqual(
      (await store.list(potKind)).items.map(({ metadata }) => metadata.name),
      names,
    );
  });

  test('writers that are killed at 40 points lose nothing acknowledged; a watch sees every change once', async () => {
    const prefix = newPrefix();
    const acknowledged: string[] = [];
    using store = openEtcdStore({ ...options, prefix });
    const { revision } = await store.list(potKind);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        ['a', 'b'].map(async (who) => {
          const writer = startWriter(prefix, `r${round}${who}`);
          const quota = 1 + ((round * 7) % 5);
          let seen = 0;
          for await (const name of createInterface({ input: writer.stdout! })) {
            acknowledged.push(name);
            if ((seen += 1) === quota) writer.kill('SIGKILL');
          }
        }),
      );
    }
    const { items } = await store.list(potKind);
    const names = new Set(items.map(({ metadata }) => metadata.name));
    assert.ok(acknowledged.length >= 40);
    assert.deepEqual(
      acknowledged.filter((name) => !names.has(name)),
      [],
    );
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const event of store.watch(potKind, revision, stop.signal)) {
      if (event.type === 'ADDED') seen.push(event.object.metadata.name);
      if (seen.length === items.length) stop.abort();
    }
    assert.deepEqual(seen.toSorted(), [...names].toSorted());
  });
});

/** The metadata that every object has in a store. */
const stored = {
  ...{ namespace: 'default', labels: {}, annotations: {}, finalizers: [] },
  ...{ resourceVersion: '0', generation: 1, creationTimestamp: '2026-11-01T10:00:00Z' },
};
const potKind = { group: 'garden.example', kind: 'Pot' };
const pot = (name: string) => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: { name, uid: name },
  spec: {},
  status: {},
});

const putText = async (client: EtcdClient, key: string, text: string): Promise<void> =>
  void (await client.call('/v3/kv/put', { key: base64(key), value: base64(text) }));

function startWriter(prefix: string, name: string): ChildProcess {
  const source = `
    import { openEtcdStore } from '${new URL('./etcd-store.ts', import.meta.url).href}';
    const store = openEtcdStore({ ...JSON.parse(process.argv[1]), prefix: process.argv[2] });
    for (let at = 0; ; at += 1) {
      const name = process.argv[3] + '-' + at;
      await store.create({ apiVersion: 'garden.example/v1', kind: 'Pot', metadata: { name, uid: name }, spec: {}, status: {} });
      process.stdout.write(name + '\\n');
    }`;
  return spawn(
    process.execPath,
    ['--input-type=module', '-e', source, JSON.stringify(options), prefix, name],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
