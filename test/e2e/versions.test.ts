import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const image = `oci-archive:${imageArchive('busybox')}`;
const uid = '599615df99804ae8';
let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(130);
  await ignite.ok('image', 'import', image);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

function write(name: string, text: string): string {
  const path = join(ignite.dir, name);
  writeFileSync(path, text);
  return path;
}

/**
 * Returns a manifest as the original's documentation has it, and as the original wrote it back with its
 * defaults.
 */
const manifest = (version: string, more = '', status = 'status: {running: true}\n'): string =>
  `apiVersion: ignite.weave.works/${version}
kind: VM
metadata: {name: old, uid: ${uid}}
spec:
  image: {oci: "${image}"}
  kernel: {oci: weaveworks/ignite-kernel:5.10.51, cmdLine: console=ttyS0 reboot=k panic=1 pci=off ip=dhcp}
  memory: 128MB
  diskSize: 32MB
${more}${status}`;

describe('manifests of the original', () => {
  test('convert writes any version as any other, a folder and several documents in their order', async () => {
    const file = write(
      'old.yaml',
      `${manifest('v1alpha3')}---\n${manifest('v1alpha4').replace('old', 'second')}`,
    );
    const ours = await ignite.ok('convert', '-f', file);
    assert.match(ours, /^apiVersion: ignite.weave.works\/v1\nkind: VM\nmetadata:\n  name: old\n/);
    assert.match(ours, /\n---\napiVersion: ignite.weave.works\/v1\nkind: VM\nmetadata:\n  name: second\n/);
    assert.match(ours, /\n  power: Running\n/);
    await mkdir(join(ignite.dir, 'folder'));
    write('folder/b.yaml', ours);
    const back = JSON.parse(
      await ignite.ok('convert', '-f', join(ignite.dir, 'folder'), '--to', 'v1alpha4', '-o', 'json'),
    );
    assert.deepEqual(
      back.items.map((item: { metadata: object }) => item.metadata),
      [
        { name: 'old', uid },
        { name: 'second', uid },
      ],
    );
    assert.equal(back.items[0].spec.kernel.cmdLine, 'console=ttyS0 reboot=k panic=1 pci=off ip=dhcp');
    const piped = await ignite.start(['convert', '-f', '-', '--to', 'v1alpha2'], Buffer.from(ours)).ended;
    assert.match(
      piped.stdout,
      /^apiVersion: ignite.weave.works\/v1alpha2\n[^]*\nstatus:\n  running: true\n---\n/,
    );

    const refused = await ignite.run(
      'convert',
      '-f',
      write('bad.yaml', manifest('v1alpha4', '  memroy: 1GB\n')),
    );
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(refused.stderr, /bad.yaml:9:3: spec: unknown field "memroy"\nhint: did you mean "memory"\?/);
    const version = await ignite.run('convert', '-f', file, '--to', 'v1alpha5');
    assert.deepEqual([version.code, /hint: did you mean "v1alpha/.test(version.stderr)], [2, true]);
  });

  test('apply makes the VM that one declares, with its uid and the power that its status wants', async () => {
    const stopped = 'status: {running: false, runtime: null, ipAddresses: null}\n';
    const pool = '---\napiVersion: ignite.weave.works/v1alpha4\nkind: Pool\nspec: {dataSize: 100GB}\n';
    const file = write('old.yaml', manifest('v1alpha2', '', stopped) + pool);
    const applied = await ignite.run('apply', '-f', file);
    assert.deepEqual([applied.code, applied.stdout], [0, '+ VM/old: created\nVM/old applied\n']);
    assert.match(
      applied.stderr,
      /^note: .*old.yaml:1: Ignite uses its own sandbox and kernel instead of spec.kernel.oci/m,
    );
    assert.match(applied.stderr, /^note: .*old.yaml:\d+: a Pool has no effect/m);
    const field = async (template: string) =>
      (await ignite.ok('inspect', uid, '--format', `{{${template}}}`)).trim();
    assert.equal(await field('.metadata.name'), 'old');
    assert.equal(await field('.status.phase'), 'Created');
    assert.equal(await ignite.ok('apply', '-f', file), 'VM/old unchanged\n');

    write('old.yaml', manifest('v1alpha4'));
    assert.match(await ignite.ok('diff', '-f', file).catch(String), /spec.power +Stopped → Running/);
    const twice = await ignite.run(
      'apply',
      '-f',
      write('twice.yaml', manifest('v1alpha4').replace('old', 'twice')),
    );
    assert.equal(twice.code, 1);
    assert.match(twice.stdout + twice.stderr, new RegExp(`VM "old" already has the uid ${uid}`));
    await ignite.ok('rm', 'old');
  });
});

describe('the configuration file', () => {
  const configuration = (spec: string, version = 'v1alpha4'): string =>
    `apiVersion: ignite.weave.works/${version}\nkind: Configuration\nmetadata: {}\nspec: ${spec}\n`;
  const created = async (...args: readonly string[]) => {
    const made = (await ignite.ok('create', '-q', ...args)).trim();
    const { spec, metadata } = JSON.parse(await ignite.ok('inspect', 'vm', made, '-o', 'json'));
    await ignite.ok('rm', made);
    return { ...spec, name: metadata.name, labels: metadata.labels };
  };

  test('defaults, its vmDefaults, the file of --config and flags: each wins over those before', async () => {
    const config = write(
      'config.yaml',
      configuration('{vmDefaults: {cpus: 3, memory: 256MB, diskSize: 48MB, kernel: {cmdLine: a=1}}}'),
    );
    const vm = write(
      'vm.yaml',
      'metadata: {name: from-file, labels: {l: "1"}}\nspec: {memory: 192MB, diskSize: 64MB}\n',
    );
    const all = await created(
      '--ignite-config',
      config,
      '--config',
      vm,
      image,
      '--size',
      '80MB',
      '--label',
      'm=2',
    );
    assert.deepEqual(
      [all.cpus, all.memory, all.diskSize, all.kernel, all.name, all.labels],
      [3, '192MB', '80MB', { cmdLine: 'a=1' }, 'from-file', { l: '1', m: '2' }],
    );
    const empty = write('empty.yaml', '');
    const bare = await created('--config', empty, image, '--memory', '128MB');
    assert.deepEqual([bare.cpus, bare.memory, bare.kernel], [1, '128MB', {}]);
    const fromEnv = await ignite
      .with({ IGNITE_CONFIG: config })
      .run('create', '-q', image, '--name', 'by-env');
    assert.equal(fromEnv.code, 0);
    assert.equal(await ignite.ok('inspect', 'by-env', '--format', '{{.spec.cpus}}'), '3\n');
    await ignite.ok('rm', 'by-env');
  });

  test('the image of --config is taken, and one of the command line wins over it, which is told', async () => {
    const vm = write('vm.yaml', manifest('v1alpha4'));
    assert.equal((await created('--config', vm)).image.oci, image);
    const both = await ignite.run('create', 'busybox', '--config', vm);
    assert.deepEqual(
      [both.code, /^note: .* is overridden by busybox:latest from the command line$/m.test(both.stderr)],
      [0, true],
    );
    assert.equal(await ignite.ok('inspect', uid, '--format', '{{.spec.image.oci}}'), 'busybox:latest\n');
    await ignite.ok('rm', 'old');
    const neither = await ignite.run('create', '--config', write('empty.yaml', ''));
    assert.deepEqual([neither.code, neither.stderr.split('\n')[0]], [2, 'error: no image given']);
  });

  test('a disk that is too small for its image is made larger, with a warning', async () => {
    const made = await ignite.run('create', image, '--name', 'small', '--size', '16MB', '--', 'true');
    assert.deepEqual([made.code, /^warning: the disk gets the size of image/m.test(made.stderr)], [0, true]);
    const ran = await ignite.run('start', '-i', 'small');
    assert.equal(ran.code, 0, ran.stderr);
    await ignite.ok('rm', 'small');
  });

  test('one that is not there or not right is refused before anything is made', async () => {
    const refused = async (path: string) => {
      const { code, stderr } = await ignite.run('create', image, '--ignite-config', path);
      assert.equal(code, 2, stderr);
      return stderr;
    };
    assert.match(await refused('/does/not/exist'), /cannot read the configuration file \/does\/not\/exist/);
    assert.match(
      await refused(write('c.yaml', 'spec: {}\n')),
      /^error: invalid config file, Kind and APIVersion must be set\n/,
    );
    assert.match(
      await refused(write('c.yaml', configuration('{runtime: foo}'))),
      /c.yaml:4:8: spec.runtime: /,
    );
    assert.match(
      await refused(write('c.yaml', configuration('{vmDefaults: {cpu: 1}}'))),
      /did you mean "cpus"/,
    );
    assert.equal(await ignite.ok('ps', '-a', '-q'), '');
  });
});
