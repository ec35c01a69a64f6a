import { after, before, describe, test } from 'node:test';
import { BusyboxHost } from './fixtures/busybox.ts';
import { type Etcd, joinStore, startEtcd } from './fixtures/etcd.ts';
import { Killer, completesWhatWasKilled } from './shared/killed-commands.ts';
import { livesAsGitSays } from './shared/life-in-git.ts';
import { comesBackAfterReboot, restartsAlways, restartsOnFailure } from './shared/restart-policies.ts';

// What the tests of a host with a file of its own show is shown here of one whose VMs are in etcd.

const rounds = 2;

describe('a host whose VMs are in etcd', () => {
  let etcd: Etcd;
  let host: BusyboxHost;
  before(async () => {
    etcd = await startEtcd();
    host = await BusyboxHost.open(221, (ignite) => joinStore(ignite, 'heart', etcd));
  });
  after(async () => {
    await host[Symbol.asyncDispose]();
    await etcd[Symbol.asyncDispose]();
  });

  test('always: a VM that ends is started again, until someone stops it', () => restartsAlways(host));
  test('on-failure:1: a VM that fails is started again once', () => restartsOnFailure(host));
  test('a guest that reboots comes back; a VMM that is killed has failed', () => comesBackAfterReboot(host));
  const killer = new Killer(rounds);
  for (let round = 1; round <= rounds; round += 1)
    test(`kill -9 during run, stop and rm, round ${round}: the next command completes or clears up`, () =>
      completesWhatWasKilled(killer, round, host.ignite));
  test('a VM lives as Git says: made, changed, repaired, reported and removed', () =>
    livesAsGitSays(host.ignite));
});
