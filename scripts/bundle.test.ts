import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite';
import { bundleProgram } from './bundle.ts';

test('bundleProgram: a listing is told by one file, whatever else the program consists of', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'bundle-test-'));
  t.after(() => rm(dir, { recursive: true }));
  const [dist, dataDir] = [join(dir, 'dist'), join(dir, 'data')];
  await bundleProgram(dist);
  for (const file of await readdir(dist))
    if (!/^(program|rolldown-runtime-.*)\.cjs$/.test(file)) await rm(join(dist, file));
  {
    using store = openSqliteStore(join(dataDir, 'state.db'));
    await store.create({
      apiVersion: 'ignite.weave.works/v1',
      kind: 'VM',
      metadata: { name: 'one', uid: newUid() },
      spec: {
        image: { oci: 'debian:12' },
        kernel: {},
        cpus: 1,
        memory: 1,
        diskSize: 1,
        network: { ports: [] },
      },
      status: { phase: 'Created' },
    });
  }
  const ps = (...flags: string[]): string =>
    execFileSync(process.execPath, [join(dist, 'program.cjs'), 'ps', ...flags], {
      env: { IGNITE_DATA_DIR: dataDir },
      encoding: 'utf8',
    });
  assert.match(ps('-a'), /debian:12 .* one$/m);
  assert.match(ps('-aq'), /^[0-9a-f]{16}$/m);
});
