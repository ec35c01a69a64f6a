import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.open(212);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('a guest that loses its clock at boot boots again, and its user sees the output of one start', async (t) => {
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

test('a guest whose clock never ticks fails to start, with the reason', async (t) => {
  const args = ['run', 'busybox', '--name', 'never', '--memory', '128MB'];
  const { code, stderr } = await ignite.run(...args, '--kernel-args', 'ignite.timer=1,5,6');
  if (code === 0) return t.skip('the guest is not emulated');
  assert.match(stderr, /came up 7 times without a clock that ticks/);
  await ignite.ok('rm', '-f', 'never');
});

/**
 * Lets the first VMM that appears run for a tenth of the time, until its guest has reported anything. Returns
 * how often it stopped the VMM.
 */
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
      break; // the VMM has ended, and the next one runs freely
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
      continue; // the process has just ended
    }
  }
  return undefined;
}
