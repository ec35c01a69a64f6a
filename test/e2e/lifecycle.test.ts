import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { VmStatus } from '@ignite/api/v1/vm';
import type { EventView } from '@ignite/api/v1/event-view';
import { BusyboxHost } from './fixtures/busybox.ts';
import type { Ignite } from './fixtures/ignite.ts';

let host: BusyboxHost;
let ignite: Ignite;
before(async () => {
  host = await BusyboxHost.open(155);
  ({ ignite } = host);
});
after(() => host[Symbol.asyncDispose]());

const run: BusyboxHost['run'] = (...asked) => host.run(...asked);
const until: BusyboxHost['until'] = (...wanted) => host.until(...wanted);

const field = async (vm: string, template: string): Promise<string> =>
  (await ignite.ok('inspect', vm, '--format', `{{json ${template}}}`)).trim();

const statusOf = async (vm: string): Promise<VmStatus> => JSON.parse(await field(vm, '.status')) as VmStatus;

const logged = async (vm: string, wanted: RegExp): Promise<void> =>
  await until(`${vm} logs ${String(wanted)}`, async () => wanted.test(await ignite.ok('logs', vm)));

/** Returns the reasons of a VM's events. */
async function happened(vm: string): Promise<readonly string[]> {
  const lines = (await ignite.ok('events', '--filter', `vm=${vm}`, '-o', 'json')).trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as EventView).spec.reason);
}

describe('restart policies', () => {
  test('always: a VM that ends is started again, with its disk and address, until someone stops it', async () => {
    // The script fails twice, and then keeps running.
    const script =
      'echo x >>/starts; [ $(wc -l </starts) -gt 2 ] || exit 3; echo here to stay; exec sleep 1000';
    await run('phoenix', script, '--restart', 'always');
    const address = await field('phoenix', '.status.network.ipAddresses');
    assert.equal(await ignite.ok('wait', 'phoenix'), '3\n');
    await logged('phoenix', /here to stay/);
    assert.equal(await field('phoenix', '.status.restarts.count'), '2');
    assert.equal(await field('phoenix', '.status.restarts.lastExit.exitCode'), '3');
    assert.equal(await field('phoenix', '.status.network.ipAddresses'), address);
    assert.match((await ignite.run('rm', 'phoenix')).stderr, /VM "phoenix" is running/);
    await ignite.ok('stop', '-f', 'phoenix');
    assert.match(await ignite.ok('ps', '-a'), /Stopped \(137\)/);
    await ignite.ok('rm', 'phoenix');
    const once = ['Started', 'Died', 'Restarting'];
    assert.deepEqual(await happened('phoenix'), [
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
  });

  test('on-failure:1: a VM that fails is started again once; one that is done is not', async () => {
    await run('trier', 'exit 4', '--restart', 'on-failure:1');
    await run('worker', 'exit 0', '--restart', 'on-failure');
    await until('trier has given up', async () => (await statusOf('trier')).phase === 'Stopped');
    const { restarts, exitCode } = await statusOf('trier');
    assert.deepEqual([restarts?.count, exitCode], [1, 4]);
    await until('worker is done', async () => (await field('worker', '.status.phase')) === '"Stopped"');
    assert.equal(await field('worker', '.status.exitCode'), '0');
    await ignite.ok('rm', 'trier', 'worker');
  });

  test('a guest that reboots comes back under any policy; a VMM that is killed has failed', async () => {
    await run(
      'rebooter',
      'if [ -e /once ]; then echo back; exec sleep 1000; fi; touch /once; /run/ignite/busybox reboot -f',
    );
    await logged('rebooter', /back/);
    assert.equal(await field('rebooter', '.status.restarts.count'), '0');
    process.kill((await ignite.processesOf('rebooter')).vmm!.pid, 'SIGKILL');
    await until('it has ended', async () => (await field('rebooter', '.status.exitCode')) === '137');
    assert.equal(await field('rebooter', '.status.message'), '"the VMM was killed"');
    await ignite.ok('rm', 'rebooter');
  });
});

describe('pause and resume', () => {
  test('a paused VM stands still, is shown so, answers no one, and can be stopped', async () => {
    await run(
      'sleeper',
      'while :; do echo SSH-2.0-test | nc -l -p 22; done & trap "exit 5" TERM; while :; do echo tick; sleep 1; done',
    );
    await logged('sleeper', /tick/);
    assert.equal(
      await ignite.ok('wait', '--condition', 'ready,failed', '--timeout', '10m', 'sleeper'),
      'ready\n',
    );
    const late = await ignite.run(
      'wait',
      '--condition',
      'paused',
      '--condition',
      'exited',
      '--timeout',
      '1',
      'sleeper',
    );
    assert.deepEqual([late.code, late.stdout], [1, '']);
    assert.match(late.stderr, /^error: VM "sleeper" was not paused or stopped within 1s\nhint: /m);
    const [paused, stopped] = [['paused', '--timeout', '10m'], ['exited']].map((condition) =>
      ignite.start(['wait', '--condition', ...condition, 'sleeper']),
    );
    await ignite.ok('pause', 'sleeper');
    assert.equal((await paused?.ended)?.stdout, 'paused\n');
    assert.match(await ignite.ok('ps'), /Up \d+s \(Paused\)/);
    const before = await ignite.ok('logs', 'sleeper');
    await delay(2_500);
    assert.equal(await ignite.ok('logs', 'sleeper'), before);
    assert.match(
      (await ignite.run('exec', 'sleeper', 'true')).stderr,
      /VM "sleeper" is paused\nhint: .*resume/,
    );
    const since = new Date().toISOString();
    const following = ignite.start(['events', '--follow', '--since', since, '--filter', 'vm=sleeper']);
    await ignite.ok('unpause', 'sleeper');
    await until('it ticks again', async () => (await ignite.ok('logs', 'sleeper')) !== before);
    await ignite.ok('pause', 'sleeper');
    await ignite.ok('stop', '--time', '600', 'sleeper');
    assert.equal(await field('sleeper', '.status.exitCode'), '5', 'it felt its power button');
    assert.equal((await stopped?.ended)?.stdout, '5\n');
    const ofAll = /Resumed: [^]*Paused: [^]*Resumed: [^]*Stopped: exit code 5\n$/;
    await until('all is followed', async () => ofAll.test(following.said()));
    following.interrupt();
    assert.match((await following.ended).stdout, ofAll);
    assert.match((await ignite.run('pause', 'sleeper')).stderr, /VM "sleeper" is not running/);
    await ignite.ok('rm', 'sleeper');
    assert.equal(await ignite.ok('wait', '--condition', 'removed', 'sleeper'), 'removed\n');
    assert.match((await ignite.run('wait', 'sleeper')).stderr, /there is no VM/);
    assert.equal((await ignite.run('wait', '--condition', 'healthy', 'sleeper')).code, 2);
  });
});
