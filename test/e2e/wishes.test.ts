import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { apiVersion, group } from '@ignite/api/v1/group';
import { type Vm, vmSpecSchema } from '@ignite/api/v1/vm';
import { storePath } from '@ignite/engine/tools/host/paths';
import { newUid } from '@ignite/toolkit/object/uid';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import * as v from 'valibot';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { type Registry, startRegistry } from './fixtures/registry.ts';

let leaks: AsyncDisposable;
let registry: Registry;
let ignite: Ignite;
/** The image as a person writes it, the image as it is shown, and the kernel. */
let [image, shown, kernel] = ['', '', ''];
const words = 'console=ttyS0 reboot=k panic=1 pci=off ip=dhcp';

before(async () => {
  leaks = watchLeaks();
  registry = await startRegistry();
  registry.push(`oci-archive:${imageArchive('busybox')}`, 'team/app:latest');
  registry.push(`oci-archive:${imageArchive('kernel')}`, 'team/kernel:latest');
  [image, kernel] = [`${registry.host}/team/app`, `${registry.host}/team/kernel`];
  shown = `${image}:latest`;
  ignite = await Ignite.open(202);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const file = (name: string, text: string): string => {
  const path = join(ignite.dir, name);
  writeFileSync(path, text);
  return path;
};
const show = async (vm: string, template: string): Promise<string> =>
  (await ignite.ok('inspect', 'vm', vm, '-t', template)).trim();

test('who names an image without a tag is shown it with its tag, in every listing, template and manifest', async () => {
  await ignite.ok('create', image, '--kernel-image', kernel, '--name', 'one');
  assert.equal(
    await show('one', '{{.Spec.Image.OCI}} {{.spec.image.oci}} {{.Image}} {{.Spec.Kernel.OCI}}'),
    `${shown} ${shown} ${shown} ${kernel}:latest`,
  );
  assert.ok((await ignite.ok('ps', '-a', '--no-trunc')).includes(` ${shown} `));
  assert.ok((await ignite.ok('images', '--no-trunc')).includes(` ${shown} `));
  assert.ok((await ignite.ok('get', 'vm/one', '-o', 'yaml')).includes(`oci: ${shown}\n`));
  assert.match(await ignite.ok('events'), new RegExp(` from image ${shown}\n`));
  for (const filter of [`image=${image}`, `image=docker://${image}`, `{{.Spec.Image.OCI}}=${shown}`])
    assert.equal((await ignite.ok('ps', '-a', '--filter', filter, '-t', '{{.Name}}')).trim(), 'one', filter);
  const manifest = `apiVersion: ignite.weave.works/v1
kind: VM
metadata: {name: one}
spec: {image: {oci: "${image}"}, kernel: {oci: "docker://${kernel}"}, power: Stopped}
`;
  const { code, stdout } = await ignite.run('diff', '-f', file('one.yaml', manifest));
  assert.deepEqual([code, stdout], [0, ''], 'the same without its tag is no change');
  await ignite.ok('rm', 'one');
});

test('what was asked for by flag, manifest and configuration is what templates show', async () => {
  const template = '{{.Spec.Sandbox.OCI}} {{.Spec.Kernel.OCI}}';
  const flags = ['--sandbox-image=weaveworks/ignite:dev', '--kernel-image', kernel];
  await ignite.ok('create', image, '--name', 'flags', ...flags);
  assert.equal(await show('flags', template), `weaveworks/ignite:dev ${kernel}:latest`);

  const spec = `  sandbox: {oci: weaveworks/ignite}\n  kernel: {oci: "${kernel}"}\n`;
  const head = (kind: string) => `apiVersion: ignite.weave.works/v1alpha4\nkind: ${kind}\n`;
  const config = file(
    'vm.yaml',
    `${head('VM')}metadata: {name: file}\nspec:\n  image: {oci: "${image}"}\n${spec}`,
  );
  await ignite.ok('create', '--config', config);
  assert.equal(await show('file', template), `weaveworks/ignite:latest ${kernel}:latest`);

  const defaults = spec.replaceAll('  ', '    ');
  const hosts = file('config.yaml', `${head('Configuration')}spec:\n  vmDefaults:\n${defaults}`);
  await ignite.ok('create', image, '--name', 'defaults', '--ignite-config', hosts);
  assert.equal(await show('defaults', template), `weaveworks/ignite:latest ${kernel}:latest`);
  assert.equal((await ignite.ok('kernels', '-q')).trim().split('\n').length, 1, 'no default kernel was made');

  // The kernel that the original wrote by default is not taken as a choice.
  const written = `kernel: {oci: weaveworks/ignite-kernel:5.10.51, cmdLine: ${words}}`;
  const old = file(
    'old.yaml',
    `${head('VM')}metadata: {name: old}\nspec:\n  image: {oci: "${image}"}\n  ${written}\n`,
  );
  await ignite.ok('create', '--config', old, '--ignite-config', hosts);
  assert.equal(
    await show('old', '{{.Spec.Kernel.OCI}}'),
    `${kernel}:latest`,
    'the wish of another file counts',
  );
  await ignite.ok('rm', 'flags', 'file', 'defaults', 'old');
});

test("who asks for Docker's bridge is shown that plugin, though the VM is on Ignite's network", async () => {
  const flags = ['--runtime=docker', '--network-plugin=docker-bridge'];
  const bare = ignite.with({ DOCKER_HOST: 'unix:///none/d.sock' });
  await bare.ok(
    'run',
    image,
    '--kernel-image',
    kernel,
    '--name',
    'bridge',
    ...flags,
    '--',
    'sleep',
    '100000',
  );
  const plugin = '{{.Status.Network.Plugin}}';
  assert.equal(await show('bridge', plugin), 'docker-bridge');
  const original = await ignite.ok('inspect', 'vm', 'bridge', '--api-version', 'v1alpha4');
  assert.match(original, /"plugin": "docker-bridge"/);
  await ignite.ok('stop', '-f', 'bridge');
  await ignite.ok('start', 'bridge', '--network-plugin', 'cni');
  assert.equal(await show('bridge', plugin), 'cni');
  await ignite.ok('rm', '-f', 'bridge');
});

test('a kernel that a VM asks for and that cannot be had is told of, and no other is taken', async () => {
  const missing = `${registry.host}/team/no-such-kernel:5.4.43`;
  const config = file(
    'missing.yaml',
    `apiVersion: ignite.weave.works/v1alpha3\nkind: Configuration\nspec: {vmDefaults: {kernel: {oci: "${missing}"}}}\n`,
  );
  const manifest = file(
    'missing-vm.yaml',
    `apiVersion: ignite.weave.works/v1alpha4\nkind: VM\nmetadata: {name: no}\nspec: {image: {oci: "${image}"}, kernel: {oci: "${missing}"}}\n`,
  );
  for (const args of [
    ['create', image, '--kernel-image', missing],
    ['create', image, '--ignite-config', config],
    ['create', '--config', manifest],
    ['apply', '-f', manifest],
  ]) {
    const { code, stdout, stderr } = await ignite.run(...args);
    assert.equal(code, 1, args.join(' '));
    const told = stdout + stderr;
    assert.ok(told.includes(`the kernel "${missing}" that the VM asks for cannot be had: `), told);
    if (args[0] === 'create') assert.match(told, /^hint: .*; or name no kernel, to have the default one$/m);
  }
  assert.equal(await ignite.ok('ps', '-aq'), '');
});

const inspect = async (vm: string): Promise<Vm> => JSON.parse(await ignite.ok('inspect', vm)) as Vm;

test('a VM that somebody else has put into the store, its image not yet here, runs after a restore', async () => {
  registry.push(`oci-archive:${imageArchive('busybox')}`, 'team/stored:latest');
  const spec = v.parse(vmSpecSchema, {
    image: { oci: `${registry.host}/team/stored` },
    kernel: { oci: kernel },
    memory: '128MB',
    command: ['sleep', '100000'],
  });
  {
    using store = openSqliteStore(storePath(ignite.paths));
    await store.create({
      apiVersion,
      kind: 'VM',
      metadata: { name: 'stored', uid: newUid() },
      spec,
      status: {},
    });
  }
  assert.match(await ignite.ok('ps', '-a'), / Created /);
  assert.match(await ignite.ok('restore'), /^Started VM "stored" with address 10\.202\./);
  const { metadata, status } = await inspect('stored');
  assert.equal(status.observedGeneration, metadata.generation);
  assert.deepEqual(
    status.conditions?.map(({ type, status: state }) => [type, state]),
    ['ImageReady', 'KernelReady', 'NetworkAttached', 'Booted', 'Ready'].map((type) => [type, 'True']),
  );
  assert.equal(await ignite.ok('restore'), '', 'it is as it is wanted');
});

test('update --restart-now, killed after its stop: whoever reconciles the VM next brings it up', async () => {
  const before = await ignite.processesOf('stored');
  const update = ignite.start(['update', 'stored', '--cpus', '2', '--restart-now']);
  {
    // A command that looks would take longer than the VM is down.
    using store = openSqliteStore(storePath(ignite.paths));
    const phase = async (): Promise<string> =>
      ((await store.get({ group, kind: 'VM', name: 'stored' })) as Vm).status.phase;
    while (['Running', 'Stopping'].includes(await phase())) await delay(20);
  }
  update.kill();
  await update.ended;
  await ignite.ok('restore'); // unless the monitor of the VM that was stopped is faster
  await ignite.ok('wait', '--condition', 'running', '--timeout', '10m', 'stored');
  const { spec, status } = await inspect('stored');
  assert.deepEqual([spec.cpus, spec.power, status.phase], [2, 'Running', 'Running']);
  assert.deepEqual(
    [status.pending, status.booted?.cpus],
    [undefined, 2],
    'it was started as it is wanted now',
  );
  assert.notEqual((await ignite.processesOf('stored')).vmm?.pid, before.vmm?.pid);
  assert.equal(await ignite.ok('restore'), '');
});

test('a start that fails says so, and stays wanted: nobody has asked for the VM to be off', async () => {
  const copied = file('copied', 'text');
  const args = ['--kernel-image', kernel, '--memory', '128MB', '--copy-files', `${copied}:/copied`];
  await ignite.ok('create', image, '--name', 'failing', ...args, '--', 'sleep', '100000');
  rmSync(copied);
  assert.match((await ignite.run('start', 'failing')).stderr, /^error: cannot copy /m);
  assert.match(await ignite.ok('ps', '-a'), / Failed/);
  const { spec, status } = await inspect('failing');
  assert.deepEqual([spec.power, status.phase], ['Running', 'Failed']);
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  assert.deepEqual([ready?.status, ready?.reason, ready?.message], ['False', 'StartFailed', status.message]);
  file('copied', 'text');
  assert.match(await ignite.ok('restore'), /^Started VM "failing" /, 'restore tries again');
  await ignite.ok('rm', '-f', 'failing', 'stored');
});
