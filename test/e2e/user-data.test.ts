import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bootstrapped } from './fixtures/bootstrapped.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(245);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const image = (): string => `oci-archive:${imageArchive('debian')}`;

async function run(name: string, userData: string): Promise<void> {
  const path = join(ignite.dir, `${name}.yaml`);
  writeFileSync(path, userData);
  await ignite.ok('run', '-q', image(), '--name', name, '--ssh', '--memory', '256MB', '--user-data', path);
}

const inGuest = async (name: string, line: string): Promise<string> =>
  await ignite.ok('exec', name, '--', 'sh', '-c', line);

test('a guest without cloud-init carries out its user data once', async () => {
  await run(
    'good',
    `## template: jinja
#cloud-config
bootcmd: [echo booted >>/var/log/boots]
write_files:
  - {path: /etc/deep/secret, content: "{{ ds.meta_data.local_hostname }}\\n", owner: 'daemon:adm', permissions: '0640'}
users:
  - name: ada
    gecos: Ada Lovelace
    groups: [adm, makers]
    shell: /bin/sh
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: [ssh-ed25519 AAAA ada]
mounts:
  - [tmpfs, /mnt/small, tmpfs, size=1m, 0, 0]
runcmd:
  - echo ran >>/var/log/runs
  - systemctl is-active dbus
`,
  );
  assert.equal(await bootstrapped(ignite, 'good'), 'Done: ');
  const state = async (): Promise<string> =>
    await inGuest(
      'good',
      `cat /etc/deep/secret /var/log/boots /var/log/runs; stat -c '%U:%G %a' /etc/deep/secret
id -Gn ada; getent passwd ada | cut -d : -f 5-7; cat /etc/sudoers.d/90-ignite-users /home/ada/.ssh/authorized_keys
stat -c '%U %a' /home/ada/.ssh/authorized_keys; grep -o " /mnt/small tmpfs .*size=[0-9]*k" /proc/mounts | grep -o size=.*`,
    );
  const once = (boots: string): string => `good
${boots}ran
daemon:adm 640
ada adm makers
Ada Lovelace:/home/ada:/bin/sh
ada ALL=(ALL) NOPASSWD:ALL
ssh-ed25519 AAAA ada
ada 600
size=1024k
`;
  assert.equal(await state(), once('booted\n'));
  await ignite.ok('restart', 'good');
  await ignite.ok('wait', 'good', '--condition', 'ready');
  assert.equal(await bootstrapped(ignite, 'good'), 'Done: ');
  assert.equal(await state(), once('booted\nbooted\n'));
  await ignite.ok('rm', '-f', 'good');
});

test('what is not known is refused by its name, and a command that fails is told with its output', async () => {
  await Promise.all([
    run('refused', '#cloud-config\npackages: [curl]\nruncmd: [touch /etc/ran]\n'),
    run('failed', '#cloud-config\nruncmd: [echo tried, ls /missing]\n'),
  ]);
  assert.equal(
    await bootstrapped(ignite, 'refused'),
    'Refused: user data.packages: unknown field "packages"',
  );
  assert.equal(
    await bootstrapped(ignite, 'failed'),
    "CommandsFailed: tried\nls: cannot access '/missing': No such file or directory",
  );
  assert.equal(await inGuest('refused', 'ls /etc/ran 2>/dev/null || echo not run'), 'not run\n');
  await ignite.ok('rm', '-f', 'refused', 'failed');
});
