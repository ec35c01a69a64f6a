import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { Informer } from '@ignite/toolkit/controller/informer';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { GitSource } from '@ignite/toolkit/git/git-source';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';
import { syncSpecSchema } from '@ignite/toolkit/sync/kinds';
import { StoreActuator } from '@ignite/toolkit/apply/store-actuator';
import { SyncController } from '@ignite/toolkit/sync/sync-controller';
import { WorkerReader } from '@ignite/toolkit/render/worker-reader';
import { newUid } from '@ignite/toolkit/object/uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { openEtcdStore } from '@ignite/toolkit/store/etcd/etcd-store';
import { EtcdClient } from '@ignite/toolkit/store/etcd/etcd-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import * as v from 'valibot';
import { scheme } from './garden.ts';
import { median, report, timed } from './measure.ts';

const potKind = servedKindOf(scheme.kinds[0]!);
const served = [potKind, ...gitopsKinds.map(servedKindOf)];
const { signal } = new AbortController();
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Measures the GitOps engine on its own, the queue, the informer, and the stores against their bare clients.
 */
export async function benchGitops(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'gitops-bench-'));
  try {
    await benchSync(dir, 1_000, 150);
    await benchSync(dir, 10_000, 1_000);
    await benchRuntime();
    await benchSqlite(dir);
    await benchEtcd(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const manifest = (name: string, litres: number): string =>
  `apiVersion: garden.example/v1\nkind: Pot\nmetadata:\n  name: ${name}\n  labels: {app: garden, tier: back}\nspec:\n` +
  `  plant: mint\n  litres: ${litres}\n  herbs:\n    - name: basil\n    - name: thyme\n`;

async function benchSync(dir: string, count: number, aimMs: number): Promise<void> {
  const [url, work] = [join(dir, `${count}.git`), join(dir, `${count}`)];
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: work });
  mkdirSync(work);
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', url]);
  git('init', '-q', '-b', 'main');
  for (let at = 0; at < count; at += 1) writeFileSync(join(work, `p${at}.yaml`), manifest(`p${at}`, 5));
  const push = (): void => {
    git('add', '-A');
    git('commit', '-q', '-m', 'x');
    git('push', '-q', url, 'HEAD:main');
  };
  push();

  collectGarbage();
  const memoryBefore = process.memoryUsage().heapUsed;
  const store = new MemoryStore();
  const spec = v.parse(syncSpecSchema, { source: { gitSource: 'garden' } });
  await store.create({ ...sync, spec });
  await store.create({ ...sync, kind: 'GitSource', spec: { url }, status: {} });
  const client = new StoreObjectClient(store, served);
  const options = {
    url,
    ref: {},
    auth: {},
    submodules: false,
    timeoutMs: 60_000,
    cacheDir: join(dir, `${count}-cache`),
  };
  const source = new GitSource(options, localRunner);
  const controller = new SyncController({
    hostUses: { Pot: () => [] },
    reader: new WorkerReader(join(import.meta.dirname, 'garden.ts')),
    actuator: new StoreActuator(client, { kinds: [potKind] }),
    kindOrder: ['Pot'],
    clock: systemClock,
    nodeLabels: {},
    client,
    openSource: () => source,
    sinks: [],
    log: () => {},
  });
  const reconcile = async (): Promise<void> => void (await controller.reconcile('default/garden', signal));
  line(`first sync, ${count} manifests`, await timed(reconcile));
  const cpu: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const begin = process.cpuUsage();
    await reconcile();
    const { user, system } = process.cpuUsage(begin);
    cpu.push((user + system) / 1_000);
  }
  line(`no-op sync, ${count} manifests, CPU`, median(cpu), aimMs);
  writeFileSync(join(work, 'p0.yaml'), manifest('p0', 9));
  push();
  line(`from push to applied, 1 of ${count}`, await timed(reconcile));
  collectGarbage();
  const held = (process.memoryUsage().heapUsed - memoryBefore) / 2 ** 20;
  console.log(`${`memory held, ${count} manifests`.padEnd(34)} ${held.toFixed(0).padStart(7)} MiB (aim 200)`);
}

const sync = {
  apiVersion: 'gitops.weave.works/v1',
  kind: 'Sync',
  metadata: { name: 'garden', uid: newUid() },
  status: undefined,
};

async function benchRuntime(): Promise<void> {
  const count = 100_000;
  const queue = new WorkQueue(systemClock);
  const ms = await timed(async () => {
    for (let at = 0; at < count; at += 1) queue.add(`k${at}`);
    for (let at = 0; at < count; at += 1) queue.done((await queue.next(signal))!);
  });
  rate('queue, keys through', count, ms);
  const store = new MemoryStore();
  const stop = new AbortController();
  const informer = new Informer(
    objectsOf(new StoreObjectClient(store, served), potKind),
    systemClock,
    () => {},
  );
  const objects = 10_000;
  const { promise, resolve } = Promise.withResolvers<void>();
  let heard = 0;
  informer.onChange(() => {
    heard += 1;
    if (heard === objects) resolve();
  });
  const running = informer.run(stop.signal);
  await informer.synced;
  const informed = await timed(async () => {
    for (let at = 0; at < objects; at += 1) await store.create(pot(`p${at}`));
    await promise;
  });
  rate('informer, changes from memory store', objects, informed);
  stop.abort();
  await running;
}

const pot = (name: string) => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: { name, uid: name },
  spec: { plant: 'mint', litres: 5, herbs: [{ name: 'basil' }] },
  status: {},
});

async function benchSqlite(dir: string): Promise<void> {
  const count = 1_000;
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    using store = openSqliteStore(join(dir, `ours-${round}`, 'state.db'));
    ours.push(
      await timed(async () => {
        for (let at = 0; at < count; at += 1) await store.create(pot(`p${at}`));
      }),
    );
    using db = new DatabaseSync(join(dir, `bare-${round}.db`));
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec('CREATE TABLE objects (name TEXT PRIMARY KEY, json TEXT) WITHOUT ROWID');
    db.exec('CREATE TABLE changes (revision INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT)');
    const [put, log] = [
      db.prepare('INSERT INTO objects VALUES (?, ?)'),
      db.prepare('INSERT INTO changes (json) VALUES (?)'),
    ];
    bare.push(
      await timed(() => {
        for (let at = 0; at < count; at += 1) {
          const json = JSON.stringify(pot(`p${at}`));
          db.exec('BEGIN IMMEDIATE');
          put.run(`p${at}`, json);
          log.run(json);
          db.exec('COMMIT');
        }
      }),
    );
  }
  report(`SQLite store, ${count} creates`, median(ours), 'bare SQLite', median(bare), 1.3);
}

async function benchEtcd(dir: string): Promise<void> {
  const endpoint = 'http://127.0.0.1:23790';
  let server: ChildProcess | undefined;
  try {
    server = spawn(
      'etcd',
      ['--data-dir', join(dir, 'etcd'), '--log-level', 'error', '--listen-client-urls', endpoint]
        .concat(['--advertise-client-urls', endpoint, '--listen-peer-urls', 'http://127.0.0.1:23800'])
        .concat(['--initial-advertise-peer-urls', 'http://127.0.0.1:23800'])
        .concat(['--initial-cluster', 'default=http://127.0.0.1:23800']),
      { stdio: 'ignore' },
    );
    using client = new EtcdClient({ endpoints: [endpoint] });
    await answering(client);
    using store = openEtcdStore({ endpoints: [endpoint] });
    const count = 300;
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      ours.push(
        await timed(async () => {
          for (let at = 0; at < count; at += 1) await store.create(pot(`r${round}-${at}`));
        }),
      );
      bare.push(
        await timed(async () => {
          for (let at = 0; at < count; at += 1) {
            const [key, value] = [`bare-${round}-${at}`, JSON.stringify(pot(`r${round}-${at}`))].map((text) =>
              Buffer.from(text).toString('base64'),
            );
            await client.call('/v3/kv/put', { key, value });
          }
        }),
      );
    }
    report(`etcd store, ${count} creates`, median(ours), 'bare puts', median(bare), 1.3);
  } finally {
    server?.kill('SIGKILL');
    if (server) await once(server, 'exit');
  }
}

async function answering(client: EtcdClient): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await client.call('/v3/kv/range', { key: 'AA==' });
      return;
    } catch {
      await delay(100);
    }
  }
  throw new Error('etcd does not start');
}

const line = (what: string, ms: number, aim?: number): void =>
  console.log(
    `${what.padEnd(34)} ${ms.toFixed(0).padStart(7)} ms${aim === undefined ? '' : `   (aim ${aim} ms, ${ms <= aim ? 'ok' : 'over'})`}`,
  );

const rate = (what: string, count: number, ms: number): void =>
  console.log(`${what.padEnd(34)} ${((count / ms) * 1_000).toFixed(0).padStart(7)} a second`);
