import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilSshAnswers } from '@ignite/engine/tools/guest/ssh-ready';
import { statusSize } from '@ignite/engine/tools/vmm/machine';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';
import { compare, median, report, timed } from './measure.ts';

const rounds = 3;
const subnet = 121;
const sshTimeoutMs = 120_000;

/**
 * Measures `ignite run` until SSH answers, against QEMU by hand with the same kernel, initrd, disk and seed.
 * It also measures what a VM costs its host.
 */
export async function benchRun(): Promise<void> {
  await using ignite = await Ignite.open(subnet);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
  await ignite.ok('kernel', 'build');
  const flags = ['--cpus', '2', '--memory', '1GB', '--ssh'];

  await ignite.ok('run', 'debian', '--name', 'model', ...flags);
  const argv = vmmCommandLine();
  const field = async (path: string) =>
    (await ignite.ok('inspect', 'model', '--format', `{{${path}}}`)).trim();
  const [uid, address] = [await field('.metadata.uid'), await field('.Status.Network.IPAddresses')];
  await ignite.ok('stop', 'model');

  const ours = async () => {
    const time = await timed(
      async () => void (await ignite.ok('run', 'debian', '--name', 'bench', ...flags)),
    );
    await ignite.ok('rm', '-f', 'bench');
    return time;
  };
  const times = await compare(rounds, { ours, byHand: () => byHand(argv, address, ignite.dir, uid) });
  report('ignite run to SSH, Debian', times['ours']!, 'bare QEMU to SSH', times['byHand']!, 1.1);

  const starts: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    starts.push(await timed(async () => void (await ignite.ok('start', '--timeout', '120', 'model'))));
    if (round === 0) await reportMemory(uid);
    await ignite.ok('kill', 'model');
  }
  console.log(`ignite start to SSH                ${median(starts).toFixed(0).padStart(7)} ms`);
  await ignite.ok('create', 'debian', '--name', 'silent');
  const inits: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    inits.push(await timed(async () => void (await ignite.ok('start', 'silent'))));
    await ignite.ok('kill', 'silent');
  }
  console.log(`ignite start to the guest's init   ${median(inits).toFixed(0).padStart(7)} ms`);
}

function vmmCommandLine(): readonly string[] {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      if (argv[0]?.includes('/qemu-system') && argv.includes('-netdev')) return argv;
    } catch {
      continue; // it has just ended
    }
  }
  throw new Error('no VMM runs');
}

/** Runs the same command line outside any sandbox, on a tap of its own. */
async function byHand(argv: readonly string[], address: string, dir: string, uid: string): Promise<number> {
  const work = mkdtempSync(join(tmpdir(), 'ignite-bench-'));
  const tap = 'ignitebench0';
  const data = join(dir, 'data');
  const [image] = readdirSync(join(data, 'images'));
  const [id] = readdirSync(join(data, 'kernels'));
  const kernel = join(data, 'kernels', id!);
  const initrd = readdirSync(kernel).find((name) => name.startsWith('initrd-')); // the initrd with the guest's scripts
  const places: Readonly<Record<string, string>> = {
    '/vm/root.qcow2': join(work, 'root.qcow2'),
    '/vm/seed.cpio': join(data, 'vms', uid, 'seed.cpio'),
    '/vm/kernel': join(kernel, 'kernel'),
    '/vm/initrd': join(kernel, initrd!),
    '/vm/modules.squashfs': join(kernel, 'modules.squashfs'),
    '/vm/exit-status': join(work, 'exit-status'),
    '/vm/events/qmp': join(work, 'events'),
    '/vm/run': work,
    'ifname=tap0': `ifname=${tap}`,
  };
  const args = argv
    .slice(1)
    .map((arg) => Object.entries(places).reduce((text, [from, to]) => text.replace(from, to), arg));
  const ip = (...words: readonly string[]) => execFileSync('ip', words);
  ip('tuntap', 'add', 'dev', tap, 'mode', 'tap');
  try {
    ip('address', 'add', `10.${subnet}.0.1/16`, 'dev', tap);
    ip('link', 'set', tap, 'up');
    const base = join(data, 'images', image!, 'base.ext4');
    const begin = performance.now();
    execFileSync('qemu-img', [
      'create',
      '-q',
      '-f',
      'qcow2',
      '-F',
      'raw',
      '-b',
      base,
      join(work, 'root.qcow2'),
      '4G',
    ]);
    writeFileSync(join(work, 'exit-status'), Buffer.alloc(statusSize));
    for (const end of ['in', 'out']) writeFileSync(join(work, `events.${end}`), '');
    await using clock = createServer((vmm) => vmm.resume());
    await once(clock.listen(join(work, 'clock.sock')), 'listening');
    const vmm = spawn(argv[0]!, args, { stdio: 'ignore' });
    const ended = once(vmm, 'exit');
    try {
      const answered = untilSshAnswers(address, AbortSignal.timeout(sshTimeoutMs));
      await Promise.race([answered, ended.then(() => assert.fail('the VMM has ended'))]);
      return performance.now() - begin;
    } finally {
      vmm.kill('SIGKILL');
      await ended;
    }
  } finally {
    ip('link', 'delete', tap);
    rmSync(work, { recursive: true });
  }
}

/** Reports the memory of the processes that exist for one VM besides its VMM. */
async function reportMemory(uid: string): Promise<void> {
  let kib = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!command.includes(uid) || command.includes('qemu-system')) continue;
      kib += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      continue; // it has just ended
    }
  }
  console.log(
    `host memory beside the VMM         ${(kib / 1_024).toFixed(1).padStart(7)} MiB for each VM (aim 3.0)`,
  );
}
