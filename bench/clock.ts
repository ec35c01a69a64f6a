import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { GuestTime } from '../test/e2e/fixtures/guest-time.ts';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';

const subnet = 213;
const idleMs = 30_000;
const [boots, driftMinutes] = [Number(process.env['BOOTS'] ?? 10), Number(process.env['DRIFT_MINUTES'] ?? 1)];
const hertz = 100;

/**
 * Measures the CPU time that an idle guest costs its host, the error of its clock, and how many of BOOTS
 * guests end by themselves. It measures under the present load of the host, so start other programs first to
 * measure under load.
 */
export async function benchClock(): Promise<void> {
  await using ignite = await Ignite.open(subnet);
  for (const name of ['sshd', 'busybox'] as const)
    await ignite.ok('image', 'import', `oci-archive:${imageArchive(name)}`);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('sshd-arm64')}`, '--arch', 'arm64');
  for (const cpus of [1, 2, 4]) await benchIdle(ignite, ['sshd', '--cpus', String(cpus)]);
  await benchIdle(ignite, ['sshd-arm64', '--cpus', '2', '--arch', 'arm64']);
  await benchBoots(ignite);
}

async function benchIdle(ignite: Ignite, args: readonly string[]): Promise<void> {
  await ignite.ok('run', ...args, '--name', 'idle', '--memory', '256MB', '--ssh');
  const offsets: number[] = [];
  {
    await using time = new GuestTime(ignite, 'idle');
    for (const end = Date.now() + driftMinutes * 60_000; Date.now() < end; await delay(5_000))
      offsets.push((await time.offset()).ms);
  }
  const pid = vmmPid();
  const before = cpuMs(pid);
  await delay(idleMs);
  const percent = ((cpuMs(pid) - before) / idleMs) * 100;
  const worst = offsets.reduce((most, ms) => Math.max(most, Math.abs(ms)), 0);
  const what = args.slice(1).join(' ').replaceAll('--', '');
  console.log(
    `guest with ${what.padEnd(22)} idle ${percent.toFixed(1)} % of a CPU, off by at most ${worst.toFixed(1)} ms in ${driftMinutes} min`,
  );
  await ignite.ok('rm', '-f', 'idle');
}

async function benchBoots(ignite: Ignite): Promise<void> {
  let [ended, again] = [0, 0];
  for (let boot = 0; boot < boots; boot += 1) {
    const cpus = String(1 + (boot % 2));
    const name = `boot-${boot}`;
    const args = ['busybox', '--name', name, '--cpus', cpus, '--memory', '128MB', '--kernel-args', 'quiet'];
    const { code, stdout } = await ignite.run(
      'run',
      '-i',
      ...args,
      '--',
      'sh',
      '-c',
      'sleep 0.1; cat /proc/cmdline',
    );
    if (code === 0) ended += 1;
    if (/ignite\.timer=\d+,\d+,[1-9]/.test(stdout)) again += 1;
    await ignite.run('rm', '-f', name);
  }
  console.log(`${ended} of ${boots} guests powered off by themselves, ${again} of them after another boot`);
}

function vmmPid(): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/usr/bin/qemu-system')) return Number(pid);
    } catch {
      continue; // the process has just ended
    }
  }
  throw new Error('no VMM runs');
}

/** Returns the CPU time of all threads of a process, in milliseconds. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / hertz;
}
