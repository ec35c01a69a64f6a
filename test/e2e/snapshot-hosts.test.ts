import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { startRegistry } from './fixtures/registry.ts';

const patienceMs = 600_000;
/** How often a VM is brought back to the same snapshot. */
const restores = Number(process.env['IGNITE_RESTORE_ROUNDS'] ?? 2);

test('a VM goes on from a snapshot as often as it is brought back to it, and another one on another host', async (t) => {
  await using _leaks = watchLeaks();
  await using registry = await startRegistry();
  await using here = await Ignite.openWithKernel(72);
  await using there = await Ignite.openWithKernel(75);
  const inside = async (ignite: Ignite, vm: string, line: string): Promise<string> =>
    (await ignite.ok('exec', vm, '--', '/run/ignite/busybox', 'sh', '-c', line)).trim();
  /** Waits until the program that counts has gone on, and returns its count. */
  const counted = async (ignite: Ignite, vm: string): Promise<number> => {
    const line = 'cd /run; [ -d /proc/$(cat counter) ] && cat count';
    const first = Number(await inside(ignite, vm, line));
    for (const began = Date.now(); ; await delay(200)) {
      const now = Number(await inside(ignite, vm, line));
      if (now > first) return now;
      assert.ok(Date.now() - began < patienceMs, 'it counts');
    }
  };
  for (const ignite of [here, there])
    await ignite.ok('image', 'import', `oci-archive:${imageArchive('sshd')}`);
  await here.ok('run', 'sshd', '--name', 'web', '--ssh', '--memory', '256MB');
  const count =
    'b=/run/ignite/busybox; i=0; while :; do i=$((i+1)); echo $i >/run/new; $b mv /run/new /run/count; $b sleep 0.1; done';
  await inside(
    here,
    'web',
    `(${count}) >/dev/null 2>&1 </dev/null & echo $! >/run/counter; echo 0 >/run/count`,
  );
  const before = await counted(here, 'web');
  await here.ok('snapshot', 'create', 'web', 'ready');
  for (let round = 1; round <= restores; round++) {
    const began = Date.now();
    await here.ok('rollback', 'web', 'ready');
    assert.ok((await counted(here, 'web')) >= before);
    t.diagnostic(`restored ${round} of ${restores} times, in ${Date.now() - began} ms`);
  }

  const reference = `${registry.host}/web:ready`;
  await here.ok('snapshot', 'push', 'ready', reference);
  await there.ok('snapshot', 'pull', reference, 'pulled');
  await there.ok('run', '--from', 'pulled', '--name', 'far');
  assert.ok((await counted(there, 'far')) >= before);
  assert.equal(await inside(there, 'far', 'cat /proc/sys/kernel/hostname'), 'far');
  const bootId = 'cat /proc/sys/kernel/random/boot_id';
  assert.notEqual(await inside(there, 'far', bootId), await inside(here, 'web', bootId));
  await there.ok('rm', '-f', 'far');
  await there.ok('snapshot', 'rm', 'pulled');
});
