import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BusyboxHost } from './fixtures/busybox.ts';
import type { Ignite } from './fixtures/ignite.ts';
import { comesBackAfterReboot, restartsAlways, restartsOnFailure } from './shared/restart-policies.ts';

let host: BusyboxHost;
let ignite: Ignite;
before(async () => {
  host = await BusyboxHost.open(155);
  ({ ignite } = host);
});
after(() => host[Symbol.asyncDispose]());

const run: BusyboxHost['run'] = (...asked) => host.run(...asked);
const until: BusyboxHost['until'] = (...wanted) => host.until(...wanted);

const field: BusyboxHost['field'] = (...asked) => host.field(...asked);
const logged: BusyboxHost['logged'] = (...wanted) => host.logged(...wanted);

describe('restart policies', () => {
  test('always: a VM that ends is started again, with its disk and address, until someone stops it', () =>
    restartsAlways(host));
  test('on-failure:1: a VM that fails is started again once; one that is done is not', () =>
    restartsOnFailure(host));
  test('a guest that reboots comes back under any policy; a VMM that is killed has failed', () =>
    comesBackAfterReboot(host));
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
    assert.match(await ignite.ok('ps'), /Up \w+ \(Paused\)/);
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
