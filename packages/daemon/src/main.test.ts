import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serveHost } from '@ignite/engine/tools/host/served-host';

test('ignited that fails ends, though systemd wants to hear from it again and again', async () => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'ignited-'));
  const paths = { dataDir: join(dir.path, 'data'), runDir: join(dir.path, 'run') };
  using lock = await serveHost(paths, AbortSignal.timeout(60_000));
  assert.ok(lock);
  const program = join(import.meta.dirname, 'main.ts');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', program, `--data-dir=${paths.dataDir}`, `--run-dir=${paths.runDir}`],
    {
      env: { ...process.env, NOTIFY_SOCKET: join(dir.path, 'notify'), WATCHDOG_USEC: '60000000' },
      encoding: 'utf8',
      timeout: 120_000,
    },
  );
  assert.equal(status, 1);
  assert.match(stderr, /^error: another process is already keeping this host in sync$/m);
});
