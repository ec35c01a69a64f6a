import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { bytes } from '@ignite/toolkit/units/bytes';
import { runShutIn } from './run-shut-in.ts';

const dir = mkdtempSync(join(tmpdir(), 'ignite-shut-in-'));
after(() => rmSync(dir, { recursive: true }));
const at = (name: string): string => join(dir, name);

const run = (line: string, signal = AbortSignal.timeout(120_000), seconds = 100) =>
  runShutIn(
    {
      argv: ['/bin/busybox', 'sh', '-c', line],
      dir,
      mounts: [
        { source: at('secret'), target: '/vm/secret', writable: false, isSecret: true },
        { source: at('out'), target: '/vm/out', writable: true },
      ],
      devices: [],
      memoryLimit: bytes(64 * 2 ** 20),
      cpuLimit: 1,
      seconds,
      fileSizeLimit: bytes(2 ** 20),
    },
    localRunner,
    signal,
  );

writeFileSync(at('secret'), 'words\n', { mode: 0o600 });
writeFileSync(at('out'), '');

test('runShutIn: a tool has no power, sees no host, and what it wrote is ours', async () => {
  const { stdout } = await run(
    'busybox=/bin/busybox; cat() { $busybox cat "$@"; }; cat /proc/self/status /vm/secret; ' +
      'cat /proc/net/dev | $busybox wc -l; $busybox ls -d /proc/[0-9]* | $busybox wc -l; $busybox ls / /etc; ' +
      'echo x >/vm/secret; echo answer >/vm/out',
  );
  const [, user = ''] = /^Uid:\s+(\d+)/m.exec(stdout) ?? [];
  assert.equal(Number(user) >> 24, 0x71);
  for (const set of ['CapPrm', 'CapEff', 'CapBnd']) assert.match(stdout, new RegExp(`${set}:\\s+0{16}`));
  assert.match(stdout, /NoNewPrivs:\s+1\nSeccomp:\s+2\n/);
  assert.match(stdout, /^words\n3\n[1-5]$/m, 'its own file, no interface but lo, its own processes');
  assert.doesNotMatch(stdout, /passwd|root$/m);
  assert.equal(readFileSync(at('secret'), 'utf8'), 'words\n');
  assert.equal(readFileSync(at('out'), 'utf8'), 'answer\n');
  for (const name of ['secret', 'out']) assert.equal(statSync(at(name)).uid, 0);
});

test('runShutIn: what takes more than it may is ended, and nothing of it stays', async () => {
  await assert.rejects(run('while :; do :; done', undefined, 1), { name: 'ToolFailedError' });
  await assert.rejects(run('x=a; while :; do x=$x$x; done'), { name: 'ToolFailedError' });
  await assert.rejects(run('exec /bin/busybox dd if=/dev/zero of=/vm/out bs=4096 count=1000 2>&1'), {
    name: 'ToolFailedError',
  });
  assert.ok(statSync(at('out')).size <= 2 ** 20);
  const stop = new AbortController();
  const endless = run('echo begun >/vm/out; while :; do /bin/busybox sleep 1; done', stop.signal);
  endless.catch(() => undefined);
  while (readFileSync(at('out'), 'utf8') !== 'begun\n') await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('enough'));
  await assert.rejects(endless, /enough/);
  assert.deepEqual(readdirSync(dir).toSorted(), ['out', 'secret']);
});
