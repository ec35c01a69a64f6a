import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const partitionStart = 2 ** 20;

/** Creates a qcow2 with one partition that contains Debian, without any loop device. */
async function partitionedDisk(ignite: Ignite): Promise<string> {
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
  const images = join(ignite.dir, 'data/images');
  const base = join(images, readdirSync(images)[0]!, 'base.ext4');
  const raw = join(ignite.dir, 'disk.raw');
  writeFileSync(raw, '');
  truncateSync(raw, 700 * 2 ** 20);
  execFileSync('sfdisk', ['--quiet', raw], { input: 'label: gpt\nstart=2048, type=linux\n' });
  execFileSync(
    'dd',
    [`if=${base}`, `of=${raw}`, 'bs=1M', `seek=${partitionStart / 2 ** 20}`, 'conv=notrunc,sparse'],
    { stdio: 'ignore' },
  );
  const disk = join(ignite.dir, 'My-Debian.qcow2');
  execFileSync('qemu-img', ['convert', '-O', 'qcow2', raw, disk]);
  return disk;
}

test('a disk with partitions is an image whose VMs boot what is on it', async () => {
  await using _leaks = watchLeaks();
  await using ignite = await Ignite.openWithKernel(164);
  const disk = await partitionedDisk(ignite);
  const imported = await ignite.ok('image', 'import', disk);
  assert.match(imported, /name "?my-debian:latest"?/);
  assert.equal(
    await ignite.ok('image', 'import', '-q', disk),
    await ignite.ok('images', '-q', '--filter', 'name=my-debian:latest'),
  );

  await ignite.ok('run', 'my-debian', '--name', 'vm', '--ssh', '--memory', '512MB', '--size', '2GB');
  assert.equal((await ignite.ok('exec', 'vm', 'hostname')).trim(), 'vm');
  assert.match(
    await ignite.ok('exec', 'vm', 'findmnt -no SOURCE /; cat /proc/1/comm'),
    /^\/dev\/vd[a-z]1\nsystemd\n$/,
  );
  assert.match(await ignite.ok('exec', 'vm', 'udevadm settle; lsblk -no LABEL'), /^CIDATA$/im);
  const free = Number(await ignite.ok('exec', 'vm', 'df --output=size -BM / | tail -n 1 | tr -dc 0-9'));
  assert.ok(free > 1_800, `the partition and what is in it are as large as the disk, not ${free} MB`);
  await ignite.ok('exec', 'vm', 'echo kept > /root/kept; sync');
  await ignite.ok('stop', 'vm');
  await ignite.ok('start', 'vm');
  assert.equal(await ignite.ok('exec', 'vm', 'cat /root/kept'), 'kept\n');
  const pushed = await ignite.run('push', 'my-debian', '127.0.0.1:1/x:1');
  assert.match(pushed.stderr, /^error: cannot push .*: it has no layers, because /m);
  await ignite.ok('rm', '-f', 'vm');

  const stranger = join(ignite.dir, 'stranger.qcow2');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', stranger]);
  const refused = await ignite.run('image', 'import', stranger);
  assert.match(
    refused.stderr,
    /^error: .*stranger\.qcow2 cannot be imported as a disk: it refers to \/etc\/passwd\nhint: /m,
  );
  assert.match(
    (await ignite.run('image', 'import', './nothing.qcow2')).stderr,
    /^error: .*\/nothing\.qcow2 cannot be imported as a disk: there is no such file\nhint: check the path$/m,
  );
  await ignite.ok('rmi', 'my-debian:latest', 'debian:latest');
  assert.deepEqual(readdirSync(join(ignite.dir, 'data/images')), []);
});
