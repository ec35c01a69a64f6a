import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hostArch } from '@ignite/engine/tools/host/arch';
import { kvmLack } from '@ignite/engine/tools/vmm/accel';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { type Registry, startRegistry } from './fixtures/registry.ts';

let leaks: AsyncDisposable;
let registry: Registry;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  registry = await startRegistry();
  registry.push(`oci-archive:${imageArchive('kernel')}`, 'kernel:6.1');
  ignite = await Ignite.open(107);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('a kernel comes from an image of a registry, boots VMs that name it, and is kept while they do', async () => {
  const kernel = `${registry.host}/kernel:6.1`;
  const line = 'uname -r; cat /proc/cmdline; modprobe dummy && grep -o ^dummy /proc/modules';
  const seen = await ignite.ok(
    ...['run', '-i', 'busybox', '--name', 'vm', '--kernel-image', kernel, '--kernel-args', 'mine=1'],
    ...['--', 'sh', '-c', line],
  );
  const version = (await ignite.ok('kernels', '--format', '{{.status.version}}')).trim();
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(seen.includes(version), seen);
  assert.match(seen, / mine=1/);
  assert.match(seen, /^dummy/m);
  assert.equal((await ignite.ok('kernels', '-q')).trim().split('\n').length, 1, 'no default kernel was made');

  const refused = await ignite.run('rmk', kernel);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /is used by VM "vm"\nhint: /);
  await ignite.ok('rm', 'vm');
  await ignite.ok('rmk', kernel);
  assert.equal(await ignite.ok('kernels', '-q'), '');
});

test('the same kernel under two names is kept once, unpacked for emulated VMs, until both are gone', async () => {
  await ignite.ok('kernel', 'import', `${registry.host}/kernel:6.1`);
  await ignite.ok('kernel', 'import', `oci-archive:${imageArchive('kernel')}`);
  const ids = (await ignite.ok('kernels', '--format', '{{.status.id}}')).trim().split('\n');
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
  const kernel = readFileSync(join(ignite.paths.dataDir, 'kernels', ids[0]!, 'kernel'));
  const isUnpacked = kernel.toString('latin1', 0, 4) === '\x7fELF';
  assert.equal(isUnpacked, hostArch === 'amd64' && (await kvmLack()) !== undefined);
  await ignite.ok('rmk', `${registry.host}/kernel:6.1`);
  const [uid] = (await ignite.ok('kernels', '-q')).trim().split('\n');
  assert.match(
    await ignite.ok(
      'run',
      '-i',
      'busybox',
      '--name',
      'vm',
      '--kernel-image',
      'kernel',
      '--',
      'echo',
      'booted',
    ),
    /booted/,
  );
  await ignite.ok('rm', 'vm');
  await ignite.ok('rmk', uid!);
});

test('an image without entrypoint, command and init is refused before it boots', async () => {
  const kernel = `oci-archive:${imageArchive('kernel')}`;
  const refused = await ignite.run('run', kernel, '--name', 'empty');
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /error: image "\S+" has no entrypoint, no command and no init: nothing to run\nhint: /,
  );
  assert.equal(await ignite.ok('ps', '-aq'), '');
});
