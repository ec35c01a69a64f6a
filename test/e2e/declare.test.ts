import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const image = `oci-archive:${imageArchive('busybox')}`;
let ignite: Ignite;
let leaks: AsyncDisposable;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(113);
  await ignite.ok('image', 'import', image);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const manifest = (name: string, spec = 'memory: 128MB', metadata = ''): string =>
  `apiVersion: ignite.weave.works/v1
kind: VM
metadata:
  name: ${name}
${metadata}spec:
  image: {oci: "${image}"}
  command: [sleep, "100000"]
  ${spec}
`;

function write(name: string, text: string): string {
  const path = join(ignite.dir, name);
  writeFileSync(path, text);
  return path;
}

const field = async (vm: string, template: string): Promise<string> =>
  (await ignite.ok('inspect', vm, '--format', `{{${template}}}`)).trim();

describe('declarative commands', () => {
  test('apply makes a VM and starts it; again it does nothing; a change restarts or does not, as diff says', async () => {
    const file = write('web.yaml', manifest('web'));
    const dry = await ignite.ok('apply', '-f', file, '--dry-run');
    assert.equal(dry, '+ VM/web: created\n');
    assert.equal(await ignite.ok('ps', '-a', '-q'), '', 'a dry run does nothing');
    assert.match(await ignite.ok('apply', '-f', file), /VM\/web applied\n$/);
    assert.equal(await field('web', '.status.phase'), 'Running');
    const uid = await field('web', '.metadata.uid');
    assert.equal(await ignite.ok('apply', '-f', file), 'VM/web unchanged\n');
    assert.deepEqual(
      { ...(await ignite.run('diff', '-f', file)), stderr: '' },
      { code: 0, stdout: '', stderr: '' },
    );

    const pid = (await ignite.processesOf('web')).vmm?.pid;
    write('web.yaml', manifest('web', 'memory: 128MB', '  labels: {app: web}\n'));
    const label = await ignite.run('diff', '-f', file);
    assert.deepEqual(
      [label.code, label.stdout],
      [1, '~ VM/web: changed live\n    metadata.labels.app   (none) → web\n'],
    );
    await ignite.ok('apply', '-f', file);
    assert.equal(await field('web', '.metadata.labels.app'), 'web');
    assert.equal((await ignite.processesOf('web')).vmm?.pid, pid, 'it was not restarted');

    write('web.yaml', manifest('web', 'memory: 160MB', '  labels: {app: web}\n'));
    assert.match(
      (await ignite.run('diff', '-f', file)).stdout,
      /^~ VM\/web: changed with a restart\n {4}spec.memory {3}128MB → 160MB\n$/,
    );
    await ignite.ok('apply', '-f', file);
    assert.notEqual((await ignite.processesOf('web')).vmm?.pid, pid);
    assert.equal(await field('web', '.metadata.uid'), uid, 'it is the same VM');

    write('web.yaml', manifest('web', 'diskSize: 3GB'));
    const replaced = await ignite.run('apply', '-f', file);
    assert.equal(replaced.code, 1);
    assert.match(replaced.stdout, /± VM\/web: would be replaced\n[^]*held: it would be replaced/);
    assert.equal(await field('web', '.metadata.uid'), uid);
    await ignite.ok('apply', '-f', file, '--replace');
    assert.notEqual(await field('web', '.metadata.uid'), uid);

    write('web.yaml', manifest('web', 'diskSize: 3GB\n  power: Stopped'));
    await ignite.ok('apply', '-f', file);
    assert.equal(await field('web', '.status.phase'), 'Stopped');
  });

  test('two VMs of one name in two namespaces have volumes, names and lives of their own', async () => {
    const look = 'while :; do nslookup twin; nslookup twin.prod; sleep 5; done';
    const twin = (namespace: string): string =>
      manifest('twin', 'memory: 128MB', `  namespace: ${namespace}\n`)
        .replace('[sleep, "100000"]', `[sh, -c, "${namespace === 'prod' ? look : 'sleep 100000'}"]`)
        .concat('  storage: {volumes: [{name: data, volume: {name: data, size: 16MB}}]}\n');
    for (const namespace of ['default', 'prod']) {
      const file = write(`${namespace}.yaml`, twin(namespace));
      assert.match(await ignite.ok('apply', '-f', file), /VM\/(prod\/)?twin applied\n$/);
      assert.match(await ignite.ok('apply', '-f', file), /unchanged\n$/);
    }
    assert.equal(
      await ignite.ok('ps', '-a', '--filter', 'name=twin', '--format', '{{.metadata.namespace}}'),
      'default\nprod\n',
    );
    assert.match(await ignite.ok('ps'), / twin\n[\s\S]* prod\/twin\n/);
    const addresses = [
      await field('twin', '.Status.IPAddresses'),
      await field('prod/twin', '.Status.IPAddresses'),
    ];
    const deadline = Date.now() + 600_000;
    for (let told = ''; !addresses.every((address) => told.includes(address)); await delay(200)) {
      assert.ok(Date.now() < deadline, told);
      told = await ignite.ok('logs', 'prod/twin');
    }
    assert.match(await ignite.ok('volume', 'ls'), / data .*\n[\s\S]* prod\/data /);
    await ignite.ok('stop', '-f', 'prod/twin');
    assert.equal(await field('twin', '.status.phase'), 'Running');
    assert.equal(
      await ignite.ok('delete', 'vm/prod/twin', 'volume/prod/data'),
      'VM/prod/twin removed\nVolume/prod/data removed\n',
    );
    assert.equal(await field('twin', '.status.phase'), 'Running');
    assert.equal((await ignite.run('inspect', 'prod/twin')).code, 1);
    await ignite.ok('rm', '-f', 'twin');
    await ignite.ok('volume', 'rm', 'data');
  });

  test('get, edit and delete: an object is listed, changed in an editor and removed', async () => {
    await ignite.ok('apply', '-f', write('db.yaml', manifest('db', 'power: Stopped')));
    assert.match(await ignite.ok('get'), /^KIND +NAME +READY +STATUS +AGE\n[^]*VM +db +False +Created/);
    assert.match(
      await ignite.ok('get', 'vm/db', '-o', 'yaml'),
      /^apiVersion: ignite.weave.works\/v1\nkind: VM/,
    );
    const editor = join(ignite.dir, 'editor');
    writeFileSync(editor, `#!/bin/sh\nsed -i 's/^  memory: .*/  memory: 256MB/' "$1"\n`);
    chmodSync(editor, 0o755);
    const edited = await ignite.with({ EDITOR: editor }).ok('edit', 'vm/db');
    assert.match(edited, /spec.memory {3}512MB → 256MB/);
    assert.equal(await field('db', '.spec.memory'), '256MB');
    assert.match((await ignite.with({ EDITOR: 'true' }).run('edit', 'vm/db')).stderr, /no changes made/);
    const missing = await ignite.with({ VISUAL: '', EDITOR: '/no/editor' }).run('edit', 'vm/db');
    assert.deepEqual(
      [missing.code, missing.stderr],
      [2, 'error: the editor "/no/editor" is not installed\nhint: set $EDITOR to another one\n'],
    );
    writeFileSync(editor, `#!/bin/sh\nsed -i 's/memory:/memroy:/' "$1"\n`);
    const mistyped = await ignite.with({ EDITOR: editor }).run('edit', 'vm/db');
    assert.equal(mistyped.code, 2);
    assert.match(mistyped.stderr, /unknown field "memroy"\nhint: did you mean "memory"\?/);
    const kept = /^your changes were saved to (.*)$/m.exec(mistyped.stderr)?.[1] ?? '';
    assert.match(readFileSync(kept, 'utf8'), /memroy/);
    rmSync(dirname(kept), { recursive: true });
    assert.equal(await ignite.ok('delete', 'vm/db', 'vm/nobody'), 'VM/nobody not found\nVM/db removed\n');
    assert.equal(await ignite.ok('delete', '-f', join(ignite.dir, 'db.yaml')), 'VM/db not found\n');
  });

  test('a folder and standard input; a broken manifest anywhere and nothing is done', async () => {
    const folder = join(ignite.dir, 'manifests');
    mkdirSync(folder);
    write('manifests/a.yaml', manifest('a', 'power: Stopped'));
    write('manifests/b.yaml', 'kind: VM\n');
    const broken = await ignite.run('apply', '-f', folder);
    assert.deepEqual([broken.code, broken.stdout], [2, '']);
    assert.match(broken.stderr, /error: b.yaml:1:1: apiVersion: field "apiVersion" is required/);
    assert.equal((await ignite.run('diff', '-f', folder)).code, 2);
    write('manifests/b.yaml', manifest('b', 'power: Stopped'));
    await ignite.ok('apply', '-f', folder);
    const piped = await ignite.start(['apply', '-f', '-'], Buffer.from(manifest('c', 'power: Stopped')))
      .ended;
    assert.equal(piped.code, 0, piped.stderr);
    const plan = JSON.parse(await ignite.ok('apply', '-f', folder, '--dry-run', '-o', 'json')) as {
      readonly actions: readonly { readonly object: string; readonly action: string }[];
    };
    assert.deepEqual(
      plan.actions.map(({ object, action }) => `${object} ${action}`),
      ['VM/a unchanged', 'VM/b unchanged'],
    );
    await ignite.ok('delete', '-f', folder);
    assert.equal((await ignite.ok('ps', '-a', '--format', '{{.metadata.name}}')).includes('a\n'), false);
  });

  test('a disk that is to be kept outlives its VM, and is that of the next VM of its name', async () => {
    const kept = '  annotations: {ignite.weave.works/disk: keep}\n';
    const file = write('kept.yaml', manifest('kept', 'memory: 128MB', kept));
    const disks = async () => await readdir(join(ignite.dir, 'data/kept-disks')).catch(() => []);
    await ignite.ok('apply', '-f', file);
    const inode = async (): Promise<number> => {
      const uid = await field('kept', '.metadata.uid');
      return (await stat(join(ignite.dir, 'data/vms', uid, 'root.qcow2'))).ino;
    };
    const disk = await inode();
    await ignite.ok('delete', '-f', file);
    assert.match((await disks()).join(), /^kept-[0-9a-f]{16}-4294967296.qcow2$/);
    await ignite.ok('apply', '-f', file);
    assert.equal(await inode(), disk);
    assert.deepEqual(await disks(), []);
    write('kept.yaml', manifest('kept'));
    await ignite.ok('apply', '-f', file);
    await ignite.ok('delete', '-f', file);
    assert.deepEqual(await disks(), [], 'and one that is not, does not');
  });

  test('explain lists the fields that manifests may have, and knows what was meant', async () => {
    assert.match(await ignite.ok('explain', 'vm'), /cpus +number +1 +a whole number; at least 1; at most 64/);
    assert.match(await ignite.ok('explain', 'vm.spec.network.ports'), /hostPort +number +\(required\)/);
    assert.match(await ignite.ok('explain', 'vm.spec.memory'), /a field of spec\n[^]*memory .*512MB/);
    assert.match((await ignite.run('explain', 'vm.spec.netwrok')).stderr, /did you mean "network"\?/);
    assert.match((await ignite.run('explain', 'vn')).stderr, /did you mean "vm"\?/);
  });
});
