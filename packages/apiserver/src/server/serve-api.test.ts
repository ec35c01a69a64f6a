import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { testClientContract } from '@ignite/toolkit/client/client.contract';
import { pot } from '@ignite/toolkit/client/garden.sample';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { TestGarden } from '@ignite/toolkit/client/test-garden';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { serveGarden } from './api-server.sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'api-server-'));
after(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;

testClientContract('HttpObjectClient on our server in memory', async () => await gardenOn(new MemoryStore()));
testClientContract(
  'HttpObjectClient on our server on SQLite',
  async () => await gardenOn(openSqliteStore(join(dir, `${(files += 1)}.db`))),
);

/** More changes than a store keeps. */
const manyChanges = 6_000;

async function gardenOn(store: ObjectStore): Promise<TestGarden> {
  const server = await serveGarden(store);
  const { client } = server;
  return {
    client,
    namespaces: [await newNamespace(client, 'home'), await newNamespace(client, 'other')],
    oldRevision: async () => {
      let now = await store.create({ ...pot('garden', 'old'), metadata: { name: 'old', uid: 'old' } });
      const { resourceVersion } = now.metadata;
      for (let count = 0; count < manyChanges; count += 1)
        now = await store.update({ ...now, status: { count } });
      return resourceVersion;
    },
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
}

async function newNamespace(client: ObjectClient, prefix: string): Promise<string> {
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
  const metadata = { name: `${prefix}-${randomUUID()}` };
  return (await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata })).metadata.name;
}
