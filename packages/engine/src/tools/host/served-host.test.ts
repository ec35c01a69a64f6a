import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { locksDir } from './paths.ts';
import { isServed, serveHost } from './served-host.ts';

const dir = mkdtempSync(join(tmpdir(), 'served-host-'));
after(() => rmSync(dir, { recursive: true }));
const paths = { dataDir: dir, runDir: dir };
const { signal } = new AbortController();

test('serveHost: one process serves the host', async () => {
  using lock = await serveHost(paths, signal);
  assert.ok(lock);
  assert.ok(isServed(paths));
  assert.equal(await serveHost(paths, signal), undefined);
});

test('serveHost: whoever looks is not taken for one that serves the host, however slow he is', async () => {
  (await serveHost(paths, signal))![Symbol.dispose]();
  const looking = new DatabaseSync(join(locksDir(paths), 'gitops.lock'), { readOnly: true });
  looking.exec('BEGIN; SELECT 1 FROM sqlite_schema');
  const serving = serveHost(paths, signal);
  await delay(1_500);
  assert.ok(!isServed(paths));
  looking.close();
  using lock = await serving;
  assert.ok(lock);
});

test('serveHost: it ends when it is interrupted', async () => {
  using _lock = await serveHost(paths, signal);
  const stop = new AbortController();
  const serving = serveHost(paths, stop.signal);
  stop.abort();
  await assert.rejects(serving, { name: 'AbortError' });
});
