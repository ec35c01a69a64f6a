import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { GuestTime } from './fixtures/guest-time.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';

const withinMs = 20;

test('the clock of a guest', async (t) => {
  await using ignite = await Ignite.open(212);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('sshd')}`);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);

  for (const cpus of ['1', '2']) {
    await t.test(`a guest with ${cpus} CPUs tells the host's time, also after it was paused`, async () => {
      const vm = `right-${cpus}`;
      await ignite.ok('run', 'sshd', '--name', vm, '--cpus', cpus, '--memory', '256MB', '--ssh');
      {
        await using time = new GuestTime(ignite, vm);
        const atBoot = await time.untilRight(withinMs);
        t.diagnostic(`${cpus} CPUs: ahead by ${atBoot.ms.toFixed(1)} ms, ± ${atBoot.sureMs.toFixed(1)}`);
        await ignite.ok('pause', vm);
        await delay(3_000);
        await ignite.ok('resume', vm);
        const resumed = await time.untilRight(withinMs);
        t.diagnostic(`after a pause: by ${resumed.ms.toFixed(1)} ms, ± ${resumed.sureMs.toFixed(1)}`);
      }
      assert.equal((await ignite.ok('exec', vm, '--', 'nproc')).trim(), cpus);
      await ignite.ok('rm', '-f', vm);
    });
  }

  await t.test('a guest that somebody sets to another time stays there', async () => {
    await ignite.ok('run', 'sshd', '--name', 'set', '--memory', '256MB', '--ssh');
    {
      await using time = new GuestTime(ignite, 'set');
      await time.untilRight(withinMs);
    }
    const set = await ignite.run('exec', 'set', '--', '/run/ignite/busybox', 'date', '-s', '2040-01-01');
    assert.equal(set.code, 0);
    const running = 'for p in /proc/[0-9]*/cmdline; do tr "\\0" " " <$p; echo; done | grep -c "[c]lock keep"';
    while ((await ignite.run('exec', 'set', '--', 'sh', '-c', running)).stdout.trim() !== '0')
      await delay(1_000);
    assert.match(await ignite.ok('exec', 'set', '--', '/run/ignite/busybox', 'date', '+%Y'), /^2040/);
    await ignite.ok('rm', '-f', 'set');
  });

  await t.test('whoever runs a VM whose guest loses its clock at boot notices nothing', async () => {
    const args = ['run', '-i', 'busybox', '--name', 'starved', '--cpus', '2', '--memory', '128MB'];
    const run = ignite.start([...args, '--', 'sh', '-c', 'nproc; sleep 0.2; echo slept; exit 7']);
    const stop = new AbortController();
    const starving = starveFirst(ignite, stop.signal);
    const { code, stdout } = await run.ended;
    stop.abort();
    t.diagnostic(`its VMM was starved ${await starving} times`);
    assert.match(stdout, /^2\r?\nslept\r?\n$/m);
    assert.equal(code, 7);
    await ignite.ok('rm', '-f', 'starved');
  });

  await t.test('a guest whose clock never ticks is told of', async (t) => {
    const args = ['run', 'busybox', '--name', 'never', '--memory', '128MB'];
    const { code, stderr } = await ignite.run(...args, '--kernel-args', 'ignite.timer=1,5,6');
    if (code === 0) return t.skip('the guest is not emulated');
    assert.match(stderr, /came up 7 times without a clock that ticks/);
    await ignite.ok('rm', '-f', 'never');
  });
});

/** Lets the first VMM that comes up run for a tenth of the time, until its guest has told anything; says how often it did. */
async function starveFirst(ignite: Ignite, signal: AbortSignal): Promise<number> {
  let times = 0;
  for (let pid = vmmOf(ignite); !signal.aborted; pid ??= vmmOf(ignite)) {
    if (pid === undefined) {
      await delay(2);
      continue;
    }
    try {
      process.kill(pid, 'SIGSTOP');
      await delay(135);
      process.kill(pid, 'SIGCONT');
    } catch {
      break; // it has ended: the next may run
    }
    times += 1;
    await delay(15);
    if (hasReported(ignite)) break;
  }
  return times;
}

const vmDirs = ({ paths }: Ignite): readonly string[] =>
  readdirSync(join(paths.dataDir, 'vms')).map((uid) => join(paths.dataDir, 'vms', uid));

const hasReported = (ignite: Ignite): boolean =>
  vmDirs(ignite).some((dir) => readFileSync(join(dir, 'exit-status')).some((byte) => byte !== 0));

function vmmOf(ignite: Ignite): number | undefined {
  const uids = vmDirs(ignite).map((dir) => dir.replace(/^.*\//, ''));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (argv[0]?.includes('/qemu-system') && uids.some((uid) => argv[2]?.startsWith(`ignite-${uid}`)))
        return Number(pid);
    } catch {
      continue; // it has just ended
    }
  }
  return undefined;
}
