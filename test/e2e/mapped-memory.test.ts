import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { fetchQemu, openNewerQemu } from './fixtures/newer-qemu.ts';

const qemu = fetchQemu();
const skip = 'lack' in qemu && qemu.lack;
const megabyte = 2 ** 20;

test('VMs that start from a template map its memory, and none of them can change it', { skip }, async (t) => {
  await using _leaks = watchLeaks();
  await using newer = await openNewerQemu('folder' in qemu ? qemu.folder : '');
  await using own = await Ignite.openWithKernel(51);
  const ignite = own.through(newer.launcher);
  const inside = async (vm: string, line: string): Promise<string> =>
    (await ignite.ok('exec', vm, '--', 'sh', '-c', line)).trim();
  const inspect = async (vm: string): Promise<Vm> => JSON.parse(await ignite.ok('inspect', vm)) as Vm;
  const warm = async (name: string): Promise<string> => {
    const flags = ['--name', name, '--ssh', '--warm', 'always', '--memory', '512MB', '--timings'];
    const { code, stderr } = await ignite.run('run', 'debian', ...flags);
    assert.equal(code, 0, stderr);
    return stderr;
  };
  try {
    await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
    const told = await warm('one');
    for (const step of [
      'start ignite',
      'attach network',
      'load memory',
      'guest: renew the kernel',
      'wait for SSH',
      'all',
    ])
      assert.match(told, new RegExp(`^${step} +[0-9]+ +[0-9]+$`, 'm'));
    const [template = ''] = (await ignite.ok('warm', 'ls', '-q')).split('\n');
    const { metadata } = JSON.parse(await ignite.ok('snapshot', 'inspect', template)) as Snapshot;
    const state = join(ignite.paths.dataDir, 'snapshots', metadata.uid, 'saved-state');
    const memory = statSync(join(state, 'memory'));
    assert.deepEqual([memory.size, memory.uid, memory.mode & 0o777], [512 * megabyte, 0, 0o444]);
    assert.ok(statSync(join(state, 'machine')).size < 16 * megabyte, 'the state does not contain the memory');
    const digest = await digestOf(join(state, 'memory'));
    assert.doesNotMatch(await warm('two'), /Making a template/);

    const write = 'head -c 64000000 /dev/urandom >/run/new; md5sum </run/new; cat /proc/sys/kernel/hostname';
    const [one, two] = await Promise.all([inside('one', write), inside('two', write)]);
    assert.deepEqual([one.split('\n')[1], two.split('\n')[1]], ['one', 'two']);
    assert.notEqual(one.split('\n')[0], two.split('\n')[0]);
    for (const name of ['one', 'two']) {
      const pid = vmmOf((await inspect(name)).metadata.uid);
      assert.match(
        readFileSync(`/proc/${pid}/maps`, 'utf8'),
        / rw-p .*\/vm\/memory/m,
        'it is mapped privately',
      );
      assert.equal(modeOfOpen(pid, '/vm/memory'), undefined, 'nothing that could be written to is open');
      t.diagnostic(`memory of ${name}: ${memoryOf(pid)}`);
    }
    assert.equal(await digestOf(join(state, 'memory')), digest);

    await ignite.ok('suspend', 'one');
    await ignite.ok('start', 'one');
    assert.equal(await inside('one', 'md5sum </run/new; cat /proc/sys/kernel/hostname'), one);

    rmSync(join(state, 'memory'));
    const flags = ['--name', 'three', '--warm', 'auto', '--memory', '512MB'];
    const { code, stderr } = await ignite.run('run', 'debian', ...flags);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /the template cannot be used, so the VM boots: .*its memory cannot be read/);
    assert.doesNotMatch(await ignite.ok('warm', 'ls', '-q'), new RegExp(template));
    assert.equal(await inside('two', 'md5sum </run/new; cat /proc/sys/kernel/hostname'), two);
  } finally {
    await ignite.run('rm', '-f', 'one', 'two', 'three');
  }
});

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(path, { highWaterMark: megabyte });
  stream.on('data', (part) => hash.update(part));
  await once(stream, 'end');
  return hash.digest('hex');
}

/** Returns the pid of the QEMU of a VM. */
function vmmOf(uid: string): string {
  const pid = readdirSync('/proc').find((each) => {
    if (!/^\d+$/.test(each)) return false;
    try {
      const [program = '', , name = ''] = readFileSync(`/proc/${each}/cmdline`, 'utf8').split('\0');
      return program.includes('qemu-system') && name.includes(uid);
    } catch {
      return false; // it has just ended
    }
  });
  assert.ok(pid !== undefined, `the QEMU of ${uid} runs`);
  return pid;
}

/** Returns how a process has opened a file of that name if it can write to it. */
function modeOfOpen(pid: string, name: string): string | undefined {
  return readdirSync(`/proc/${pid}/fd`).find((fd) => {
    try {
      if (!readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(name)) return false;
      const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
      return (Number.parseInt(/^flags:\s+(\d+)/m.exec(info)![1]!, 8) & 3) !== 0;
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return false; // it has just been closed
      throw failure;
    }
  });
}

/** Returns what of its memory is its own, and what others have too. */
function memoryOf(pid: string): string {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const size = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)![1]) / 1_024;
  const mb = (name: string): string => `${size(name).toFixed(0)} MB`;
  return `resident ${mb('Rss')}, proportional ${mb('Pss')}, written ${mb('Private_Dirty')}, shared ${mb('Shared_Clean')}`;
}
