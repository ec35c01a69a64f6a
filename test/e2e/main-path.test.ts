import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { startRegistry } from './fixtures/registry.ts';

test('a Debian image from a registry runs as a VM, keeps its files over a restart, and leaves nothing', async () => {
  await using _leaks = watchLeaks();
  await using registry = await startRegistry();
  registry.push(`oci-archive:${imageArchive('debian')}`, 'debian:12');
  await using ignite = await Ignite.open(101);
  const image = `${registry.host}/debian:12`;

  const created = await ignite.ok(
    'run',
    image,
    '--cpus',
    '2',
    '--memory',
    '1GB',
    '--size',
    '3GB',
    '--ssh',
    '--name',
    'my-vm',
    '--label',
    'app=web',
  );
  const uid = /ID "([0-9a-f]{16})" and name "my-vm"/.exec(created)?.[1];
  assert.ok(uid);
  const address = (
    await ignite.ok('inspect', 'vm', 'my-vm', '--format', '{{.Status.Network.IPAddresses}}')
  ).trim();
  assert.match(address, /^10\.101\.\d+\.\d+$/);

  const listed = await ignite.ok('ps');
  assert.match(listed, /^VM ID +IMAGE +KERNEL +SIZE +CPUS +MEMORY +CREATED +STATUS +IPS +PORTS +NAME\n/);
  assert.match(listed, /1024\.0 MB|1\.0 GB/);
  assert.ok(listed.includes(address) && listed.includes('Up '));
  assert.equal(await ignite.ok('ps', '-q', '--filter', 'label=app=web'), `${uid}\n`);
  assert.equal(await ignite.ok('ps', '-q', '--filter', 'label=app=db'), '');
  assert.ok((await ignite.ok('images')).includes(image));
  assert.match(await ignite.ok('kernels'), /linux-image-cloud-amd64/);

  assert.match(await ignite.ok('ssh', 'my-vm', 'uname -a'), /^Linux my-vm 6\.\S+ .* x86_64 GNU\/Linux\n$/);
  assert.equal(
    (await ignite.run('exec', 'my-vm', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7')).code,
    7,
  );
  assert.equal(await ignite.ok('exec', uid.slice(0, 6), 'hostname'), 'my-vm\n');
  assert.equal((await ignite.ok('exec', 'my-vm', 'nproc')).trim(), '2');
  const clock = '/sys/devices/system/clocksource/clocksource0/current_clocksource';
  assert.doesNotMatch(await ignite.ok('exec', 'my-vm', 'cat', clock), /jiffies/);
  const root = Number((await ignite.ok('exec', 'my-vm', 'df --output=size -B1M / | tail -1')).trim());
  assert.ok(root > 2_700 && root < 3_072, `the root file system has ${root} MiB`);
  assert.match(await ignite.ok('exec', 'my-vm', 'getent hosts my-vm'), /10\.101\./);
  assert.match(await ignite.ok('exec', 'my-vm', 'modprobe dummy && lsmod'), /dummy/);
  assert.match(
    await ignite.ok('exec', 'my-vm', 'systemctl is-system-running || systemctl --failed --no-legend'),
    /running|starting/,
  );
  await ignite.ok('exec', 'my-vm', 'echo kept > /root/kept && sync');
  assert.match(await ignite.ok('logs', 'my-vm'), /my-vm login|Debian/);

  const refused = await ignite.run('rm', 'my-vm');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /is running\nhint: /);
  assert.equal((await ignite.run('rmi', image)).code, 1);

  await ignite.ok('stop', '--time', '600', 'my-vm'); // systemd is slow on an emulated CPU
  assert.equal(await ignite.ok('ps', '-q'), '');
  assert.match(await ignite.ok('ps', '-a'), /Stopped \(0\)/);
  await ignite.ok('start', 'my-vm');
  assert.equal(await ignite.ok('exec', 'my-vm', 'cat /root/kept'), 'kept\n');
  assert.equal(
    (await ignite.ok('inspect', 'vm', 'my-vm', '--format', '{{.Status.Network.IPAddresses}}')).trim(),
    address,
  );

  await ignite.ok('rm', '-f', 'my-vm');
  assert.equal(await ignite.ok('ps', '-a', '-q'), '');
  await ignite.ok('rmi', image);
  assert.equal(await ignite.ok('images', '-q'), '');
});
