import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { json } from 'node:stream/consumers';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { groupIdIn, serveApiSocket } from './api-socket.ts';

async function answer(socketPath: string, path: string, token?: string): Promise<unknown> {
  const asked = get({
    socketPath,
    path,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return await json(response);
}

test('serveApiSocket: who may open the socket may ask for objects, until the signal aborts', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'api-socket-'));
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [...coreKinds, ...accessKinds].map(servedKindOf));
  const stop = new AbortController();
  const socket = join(dir, 'api.sock');
  try {
    await using api = await serveApiSocket({ client, socket, dir, log: () => {} }, stop.signal);
    assert.equal(statSync(socket).mode & 0o007, 0);
    const { items } = (await answer(socket, '/api/v1/namespaces')) as { items: readonly unknown[] };
    assert.equal(items.length, 1);
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

test('groupIdIn: the number of the group, if there is one', () => {
  assert.equal(groupIdIn('root:x:0:\nignited:x:7:\nignite:x:104:ann,bob\n'), 104);
  assert.equal(groupIdIn('root:x:0:\n'), undefined);
  assert.equal(groupIdIn(''), undefined);
});
