import assert from 'node:assert/strict';
import type { BusyboxHost } from '../fixtures/busybox.ts';

/** A VM that ends is started again until somebody stops it. */
export async function restartsAlways(host: BusyboxHost): Promise<void> {
  const { ignite } = host;
  // The script fails twice, and then keeps running.
  const script =
    'echo x >>/starts; [ $(wc -l </starts) -gt 2 ] || exit 3; echo here to stay; exec sleep 1000';
  const said = await host.run('phoenix', script, '--restart', 'always');
  // The wait begins at once: it has to see one of the two failures.
  assert.equal(await ignite.ok('wait', 'phoenix'), '3\n');
  const [, address] = /^Started VM "phoenix" with address (\S+)$/m.exec(said)!;
  await host.logged('phoenix', /here to stay/);
  assert.equal(await host.field('phoenix', '.status.restarts.count'), '2');
  assert.equal(await host.field('phoenix', '.status.restarts.lastExit.exitCode'), '3');
  assert.equal(await host.field('phoenix', '.status.network.ipAddresses'), `["${address}"]`);
  assert.match((await ignite.run('rm', 'phoenix')).stderr, /VM "phoenix" is running/);
  await ignite.ok('stop', '-f', 'phoenix');
  assert.match(await ignite.ok('ps', '-a'), /Stopped \(137\)/);
  await ignite.ok('rm', 'phoenix');
  const once = ['Started', 'Died', 'Restarting'];
  assert.deepEqual(await host.happened('phoenix'), [
    'Created',
    ...once,
    ...once,
    'Started',
    'Stopped',
    'Removed',
  ]);
  const told = await ignite.ok('events', '--filter', 'vm=phoenix,reason=died', '--since', '1h');
  assert.match(told, /^\S+Z VM\/phoenix Died: exit code 3\n\S+Z VM\/phoenix Died: exit code 3\n$/);
  assert.equal(await ignite.ok('events', '--until', '1h'), '');
  assert.match(await ignite.ok('events', '--filter', 'kind=image'), /Image\/\S*busybox\S* Imported: /);
}

/** A VM that fails is started again once; one that is done is not. */
export async function restartsOnFailure(host: BusyboxHost): Promise<void> {
  const { ignite } = host;
  await host.run('trier', 'exit 4', '--restart', 'on-failure:1');
  await host.run('worker', 'exit 0', '--restart', 'on-failure');
  await host.until('trier has given up', async () => (await host.statusOf('trier')).phase === 'Stopped');
  const { restarts, exitCode } = await host.statusOf('trier');
  assert.deepEqual([restarts?.count, exitCode], [1, 4]);
  await host.until(
    'worker is done',
    async () => (await host.field('worker', '.status.phase')) === '"Stopped"',
  );
  assert.equal(await host.field('worker', '.status.exitCode'), '0');
  await ignite.ok('rm', 'trier', 'worker');
}

/** A guest that reboots comes back; a VMM that is killed has failed. */
export async function comesBackAfterReboot(host: BusyboxHost): Promise<void> {
  const { ignite } = host;
  await host.run(
    'rebooter',
    'if [ -e /once ]; then echo back; exec sleep 1000; fi; touch /once; /run/ignite/busybox reboot -f',
  );
  await host.logged('rebooter', /back/);
  assert.equal(await host.field('rebooter', '.status.restarts.count'), '0');
  // Its program may be quicker than whoever has started the VM.
  await host.until('it runs', async () => (await host.statusOf('rebooter')).phase === 'Running');
  process.kill((await ignite.processesOf('rebooter')).vmm!.pid, 'SIGKILL');
  await host.until('it has ended', async () => (await host.field('rebooter', '.status.exitCode')) === '137');
  assert.equal(await host.field('rebooter', '.status.message'), '"the VMM was killed"');
  await ignite.ok('rm', 'rebooter');
}
