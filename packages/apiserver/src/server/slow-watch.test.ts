import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pot, pots } from '@ignite/toolkit/client/garden.sample';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { serveGarden } from './api-server.sample.ts';

/** Changes that are together more than the buffers of sockets hold. */
const changes = { count: 200, characters: 200_000 };

/** Counts the events that are read of the watches of a store. */
function countReads(store: ObjectStore): { readonly events: number } {
  const counted = { events: 0 };
  const watch = store.watch.bind(store);
  store.watch = async function* (...asked) {
    for await (const event of watch(...asked)) {
      if (event.type !== 'BOOKMARK') counted.events += 1;
      yield event;
    }
  };
  return counted;
}

test('what a client of a watch does not read stays in the store, and comes when it reads on', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slow-watch-'));
  const store = openSqliteStore(join(dir, 'state.db'));
  const read = countReads(store);
  try {
    await using server = await serveGarden(store);
    const { port, host } = new URL(server.url);
    let object = await server.direct.create(pots, pot('home', 'a'));
    const path = `/apis/${pots.group}/${pots.version}/namespaces/home/${pots.resource}?watch=true`;
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    await once(socket, 'readable');
    const text = 'x'.repeat(changes.characters);
    for (let at = 1; at <= changes.count; at += 1) {
      const annotations = { text, at: String(at) };
      object = await server.direct.update(pots, { ...object, metadata: { ...object.metadata, annotations } });
    }
    assert.ok(read.events < changes.count, `${read.events} changes were read for a client that reads none`);
    const parts: string[] = [];
    for await (const part of socket.setEncoding('utf8')) {
      parts.push(part as string);
      if (parts.slice(-3).join('').includes(`"at":"${changes.count}"`)) break;
    }
    assert.equal(parts.join('').split('"type":"MODIFIED"').length - 1, changes.count);
    socket.destroy();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
