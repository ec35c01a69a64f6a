import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect as connectPlainly, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type TLSSocket, connect } from 'node:tls';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import type { ServerAccess } from '@ignite/toolkit/client/over-http/server-access';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { kubeconfigPath } from '@ignite/engine/tools/host/paths';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { ReplayedMaps, configMaps } from './fixtures/replayed-maps.ts';

/** `IGNITE_WATCHERS=200` is the long form, in which changes are forgotten while watchers are away. */
const watcherCount = Number(process.env['IGNITE_WATCHERS'] ?? 20);
const objectCount = watcherCount * 5;
const writeCount = watcherCount * 30;

/** An ignited that serves its API at an address that stays the same. */
class Served implements AsyncDisposable {
  readonly #ignite: Ignite;
  readonly #port: number;
  #daemon: Started;
  access!: ServerAccess;

  private constructor(ignite: Ignite, port: number) {
    this.#ignite = ignite;
    this.#port = port;
    this.#daemon = this.#start();
  }

  static async open(subnet: number): Promise<Served> {
    const served = new Served(await Ignite.open(subnet), await freePort());
    await served.#untilReady();
    return served;
  }

  get pid(): number {
    return this.#daemon.pid;
  }

  /** Kills ignited in the middle of whatever it does, and starts it again. */
  async restart(): Promise<void> {
    this.#daemon.kill();
    await this.#daemon.ended;
    this.#daemon = this.#start();
    await this.#untilReady();
  }

  #start(): Started {
    return this.#ignite.start(['daemon', '--api', '--api-address', `127.0.0.1:${this.#port}`]);
  }

  async #untilReady(): Promise<void> {
    for (;;)
      try {
        this.access = await readKubeconfig(kubeconfigPath(this.#ignite.paths));
        using client = new HttpObjectClient(this.access);
        await client.list(configMaps);
        return;
      } catch {
        await delay(100);
      }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#daemon.terminate();
    await this.#daemon.ended;
    await this.#ignite[Symbol.asyncDispose]();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Numbers from 0 up to 1 that are the same in each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const namespace = 'default';

/** Writes and deletes config maps at random. A write that was not acknowledged is made again. */
class Writer {
  /** What the server has acknowledged of each map: its text, or that it is gone. */
  readonly acknowledged = new Map<string, string | undefined>();
  readonly #client: () => HttpObjectClient;

  constructor(client: () => HttpObjectClient) {
    this.#client = client;
  }

  async write(name: string, text: string | undefined): Promise<void> {
    for (;;)
      try {
        await this.#writeOnce(name, text);
        this.acknowledged.set(name, text);
        return;
      } catch {
        await delay(100);
      }
  }

  async #writeOnce(name: string, text: string | undefined): Promise<void> {
    const key = { ...configMaps, namespace, name };
    try {
      if (text === undefined) await this.#client().delete(key);
      else await this.#client().patch(key, { type: 'merge', changes: { data: { text } } });
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
      if (text === undefined) return;
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data: { text } };
      await this.#client().create(configMaps, object);
    }
  }
}

const textOf = ({ data }: KubeObject): string | undefined =>
  (data as { readonly text?: string } | undefined)?.text;

const versions = (objects: Iterable<KubeObject>): ReadonlyMap<string, string> =>
  new Map(
    [...objects]
      .map(({ metadata }) => [metadata.name, metadata.resourceVersion] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

describe('watches', { concurrency: false }, () => {
  test(`${watcherCount} watchers know in the end what a list tells, although ignited is killed, and no acknowledged write is lost`, async () => {
    await using served = await Served.open(252);
    const stop = new AbortController();
    const clients: HttpObjectClient[] = [];
    const opened = (): HttpObjectClient => {
      const client = new HttpObjectClient(served.access);
      clients.push(client);
      return client;
    };
    const watchers = Array.from({ length: watcherCount }, () => new ReplayedMaps(opened(), namespace));
    const watching = watchers.map(async (watcher) => await watcher.run(stop.signal));
    const writing = opened();
    const writer = new Writer(() => writing);
    const random = randomNumbers(14);
    const names = Array.from({ length: objectCount }, (_, at) => `map-${at}`);
    const work = async (lane: number): Promise<void> => {
      // Each lane has names of its own, so that the last acknowledged write of a name is known.
      const own = names.filter((_, at) => at % 8 === lane);
      for (let count = 0; count < writeCount / 8; count += 1) {
        const name = own[Math.floor(random() * own.length)]!;
        await writer.write(name, random() < 0.2 ? undefined : `${lane}-${count}`);
      }
    };
    const written = Promise.all(Array.from({ length: 8 }, async (_, lane) => await work(lane)));
    while (writer.acknowledged.size < objectCount / 4) await delay(20);
    await served.restart();
    await written;
    await writer.write('last', 'of all');
    const { items } = await opened().list(configMaps, { namespace });
    for (const watcher of watchers) {
      await watcher.until((known) => known.has('last'));
      assert.deepEqual(versions(watcher.known.values()), versions(items));
    }
    assert.ok(watchers.some(({ resumed }) => resumed > 0));
    const stored = new Map(items.map((object) => [object.metadata.name, textOf(object)]));
    for (const [name, text] of writer.acknowledged) assert.equal(stored.get(name), text, name);
    stop.abort();
    await Promise.all(watching);
    for (const client of clients) client[Symbol.dispose]();
  });

  test('watchers that do not read, and connections that say nothing, do not fill the memory', async () => {
    await using served = await Served.open(253);
    using client = new HttpObjectClient(served.access);
    const { hostname, port } = new URL(served.access.url);
    const tls = {
      host: hostname,
      port: Number(port),
      ...served.access.tls,
      checkServerIdentity: () => undefined,
    };
    const slow: TLSSocket[] = [];
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(tls).on('error', () => {});
      await once(socket, 'secureConnect');
      socket.pause();
      socket.write(
        `GET /api/v1/namespaces/${namespace}/configmaps?watch=true HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`,
      );
      slow.push(socket);
    }
    const silent = Array.from({ length: 50 }, () =>
      connectPlainly({ host: hostname, port: Number(port) }).on('error', () => {}),
    );
    const before = memoryOf(served.pid);
    const metadata = { namespace, name: 'large' };
    await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    const [size, writes] = [200_000, 200];
    for (let count = 0; count < writes; count += 1) {
      const changes = { data: { text: `${count} `.padEnd(size, 'x') } };
      await client.patch({ ...configMaps, ...metadata }, { type: 'merge', changes });
    }
    // All that the slow watchers have not taken is 800 MB.
    const growth = memoryOf(served.pid) - before;
    assert.ok(growth < 300 * 2 ** 20, `ignited has grown by ${Math.round(growth / 2 ** 20)} MiB`);
    assert.equal((await client.get({ ...configMaps, ...metadata })).metadata.name, 'large');
    for (const socket of [...slow, ...silent]) socket.destroy();
  });
});

/** The resident memory of a process, in bytes. */
const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(join('/proc', String(pid), 'status'), 'utf8'))![1]) * 1024;
