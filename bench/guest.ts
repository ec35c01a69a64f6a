import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';
import { compare, report, timed } from './measure.ts';

const subnet = 122;
const sizeMiB = 64;

/**
 * Measures `ignite exec` and `ignite cp` against OpenSSH's own programs, with the same keys and the same VM.
 */
export async function benchGuest(): Promise<void> {
  await using ignite = await Ignite.open(subnet);
  await ignite.ok(
    'run',
    `oci-archive:${imageArchive('debian')}`,
    '--ssh',
    '--name',
    'vm',
    '--cpus',
    '2',
    '--memory',
    '1GB',
  );
  const vm = JSON.parse(await ignite.ok('inspect', 'vm', 'vm')) as {
    readonly metadata: { readonly uid: string };
    readonly status: { readonly network: { readonly ipAddresses: readonly string[] } };
  };
  const host = `root@${vm.status.network.ipAddresses[0]}`;
  const key = join(ignite.dir, 'data/vms', vm.metadata.uid, 'ssh_key');
  const options = [
    '-F',
    'none',
    '-i',
    key,
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-q',
  ];
  const shared = [
    ...options,
    '-o',
    'ControlMaster=auto',
    '-o',
    `ControlPath=${join(ignite.dir, 'plain.sock')}`,
    '-o',
    'ControlPersist=60',
  ];
  const ssh = (args: readonly string[]) => timed(() => void execFileSync('ssh', [...args, host, 'true']));
  const exec = () => timed(async () => void (await ignite.ok('exec', 'vm', 'true')));
  await exec();
  await ssh(shared);
  const calls = await compare(7, { exec, ssh: () => ssh(options), shared: () => ssh(shared) });
  report('ignite exec, round trip', calls['exec']!, 'ssh', calls['ssh']!, 1.1);
  report('ignite exec, round trip', calls['exec']!, 'ssh with a shared connection', calls['shared']!, 3);

  const file = join(ignite.dir, 'file');
  writeFileSync(file, randomBytes(sizeMiB * 2 ** 20));
  const back = join(ignite.dir, 'back');
  const copies = await compare(3, {
    in: () => timed(async () => void (await ignite.ok('cp', file, 'vm:/var/tmp/ours'))),
    scpIn: () => timed(() => void execFileSync('scp', [...options, file, `${host}:/var/tmp/theirs`])),
    out: () => timed(async () => void (await ignite.ok('cp', 'vm:/var/tmp/ours', back))),
    scpOut: () => timed(() => void execFileSync('scp', [...options, `${host}:/var/tmp/theirs`, back])),
  });
  report(`ignite cp ${sizeMiB} MiB into a VM`, copies['in']!, 'scp', copies['scpIn']!, 1.1);
  report(`ignite cp ${sizeMiB} MiB out of a VM`, copies['out']!, 'scp', copies['scpOut']!, 1.1);
  // The shared connection may have ended by itself.
  spawnSync('ssh', ['-F', 'none', '-S', join(ignite.dir, 'plain.sock'), '-O', 'exit', 'vm']);
  rmSync(file);
}
