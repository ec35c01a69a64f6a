import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const image = `oci-archive:${imageArchive('sshd')}`;

/**
 * The script by which the guest's root replaces the program that sends copied files: its "tar" sends
 * anything.
 */
const hostileSender = `cp /run/ignite/busybox /root/busybox
cat > /run/ignite/sender <<'END'
#!/root/busybox sh
case $1 in tar) cat /root/sent.tar; [ ! -e /root/stall ] || sleep 1000 ;; *) exec /root/busybox "$@" ;; esac
END
chmod 755 /run/ignite/sender; mv /run/ignite/sender /run/ignite/busybox; mkdir -p /srv/data`;

test('files from a hostile guest stay where they were to go', async (t) => {
  await using _leaks = watchLeaks();
  await using ignite = await Ignite.openWithKernel(180);
  const at = (...names: readonly string[]): string => join(ignite.dir, ...names);
  await ignite.ok('run', image, '--ssh', '--name', 'vm', '--memory', '256MB');
  await ignite.ok('exec', 'vm', hostileSender);
  for (const name of ['out', 'victim']) mkdirSync(at(name));
  writeFileSync(at('victim/existing'), 'secret');

  /**
   * Lets the guest send the archive that a script creates as `../sent.tar`, or else an archive of everything
   * that it creates.
   */
  const send = async (name: string, script: string): Promise<void> => {
    mkdirSync(at(name, 'content'), { recursive: true });
    const pack = 'test -e ../sent.tar || tar -c -f ../sent.tar .';
    execFileSync('sh', ['-euc', `${script}\n${pack}`], { cwd: at(name, 'content') });
    await ignite.ok('cp', at(name, 'sent.tar'), 'vm:/root/sent.tar');
  };
  const copy = async () => await ignite.run('cp', 'vm:/srv/data', at('out'));

  await t.test('a second copy does not follow the symlink that the first one left', async () => {
    await send('first', `echo one > log; ln -s ${at('victim')} x`);
    assert.equal((await copy()).code, 0);
    assert.ok(lstatSync(at('out/data/x')).isSymbolicLink());
    await send('second', 'echo two > log; mkdir x; echo job > x/job');
    assert.equal((await copy()).code, 0);
    assert.deepEqual(readdirSync(at('victim')), ['existing']);
    assert.equal(readFileSync(at('out/data/log'), 'utf8'), 'two\n');
    assert.equal(readFileSync(at('out/data/x/job'), 'utf8'), 'job\n');
  });

  await t.test('no hard link is made to a file of this host', async () => {
    await send('links', `ln -s ${at('victim')} y`);
    assert.equal((await copy()).code, 0);
    await send(
      'hard',
      'mkdir y; touch y/existing; ln y/existing hl; tar -c -f ../sent.tar y/existing hl; tar --delete -f ../sent.tar y/existing',
    );
    const { code, stderr } = await copy();
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: the copy failed: hl is a hard link to y\/existing, which was not copied with it$/m,
    );
    assert.equal(statSync(at('victim/existing')).nlink, 1);
  });

  await t.test('devices are refused in plain words, and nothing runs as its owner', async () => {
    await send('device', 'mknod disk b 8 0');
    assert.match(
      (await copy()).stderr,
      /^error: the copy failed: \.\/disk is a device, and devices are not copied/m,
    );
    await send('setuid', `echo x > suid; chmod 6755 suid; touch "$(printf 'n\\033[2J\\233\\377')"`);
    assert.equal((await copy()).code, 0);
    assert.equal(statSync(at('out/data/suid')).mode & 0o7777, 0o755);
    const names = readdirSync(at('out/data'), { encoding: 'buffer' });
    assert.ok(names.some((name) => name.equals(Buffer.from('n\u001b[2J\u009b\u00ff', 'latin1'))));
  });

  await t.test('a copy that was killed has put nothing in place, and the next one clears up', async () => {
    await ignite.ok('exec', 'vm', 'touch /root/stall');
    await send('stalled', 'echo three > log');
    const killed = ignite.start(['cp', 'vm:/srv/data', at('out')]);
    const arrived = (): boolean =>
      readdirSync(at('out')).some((name) => existsSync(at('out', name, 'data/log')) && name !== 'data');
    while (!arrived()) await delay(50);
    killed.kill();
    await killed.ended;
    assert.equal(readFileSync(at('out/data/log'), 'utf8'), 'two\n');
    await ignite.ok('exec', 'vm', 'rm /root/stall');
    assert.equal((await copy()).code, 0);
    assert.deepEqual(readdirSync(at('out')), ['data']);
    assert.equal(readFileSync(at('out/data/log'), 'utf8'), 'three\n');
    assert.deepEqual(readdirSync(at('data/arrivals')), []);
  });
});

test('nothing that a stranger has written into an archive of a VM gets resources of this host', async (t) => {
  await using _leaks = watchLeaks();
  await using from = await Ignite.openWithKernel(180);
  await using to = await Ignite.open(181);
  const at = (...names: readonly string[]): string => join(from.dir, ...names);
  await from.ok('create', `oci-archive:${imageArchive('busybox')}`, '--name', 'plain');
  await from.ok('export', 'plain', '-o', at('plain.tar'));
  mkdirSync(at('tree'));
  execFileSync('tar', ['-x', '-f', at('plain.tar'), '-C', at('tree')]);
  const plain = JSON.parse(readFileSync(at('tree/ignite.json'), 'utf8')) as { spec: object };

  const tampered = (name: string, fields: object, spec: object = {}): string => {
    const manifest = { ...plain, ...fields, spec: { ...plain.spec, ...spec } };
    writeFileSync(at('tree/ignite.json'), JSON.stringify(manifest));
    execFileSync('tar', ['-c', '-f', at(name), '-C', at('tree'), '.']);
    return at(name);
  };
  const kept = async (): Promise<readonly string[]> =>
    (
      await Promise.all(
        ['images', 'kernels', 'vms', 'scratch'].map((name) => namesIn(join(to.dir, 'data', name))),
      )
    ).flat();

  await t.test('it is refused with all that it wants and the flags for that, and nothing stays', async () => {
    const greedy = tampered(
      'greedy.tar',
      { name: 'innocent' },
      {
        ssh: '/root/key.pub',
        restartPolicy: 'always',
        network: { ports: [{ hostPort: 8080, vmPort: 80 }] },
        storage: {
          volumes: [{ name: 'x', volume: { name: 'db' } }],
          volumeMounts: [{ name: 'x', mountPath: '/stolen' }],
        },
      },
    );
    const { code, stderr } = await to.run('import', '-q', greedy);
    assert.equal(code, 1);
    assert.match(stderr, /^cause: it asks for the volume "db", to read and to write \(spec\.storage/m);
    assert.match(
      stderr,
      /^hint: .*: --allow file=\/root\/key\.pub:ro --allow port=8080 --allow volume=db --allow restart=always$/m,
    );
    assert.deepEqual(await kept(), []);
    assert.equal((await to.run('import', greedy, '--allow', 'volume=db')).code, 1);
    assert.equal((await to.run('import', greedy, '--allow', 'volume')).code, 2);
  });

  await t.test('an imported VM gets the resources that were allowed by name', async () => {
    const port = { network: { ports: [{ hostPort: 8080, vmPort: 80 }] } };
    await to.ok('import', tampered('port.tar', { name: 'served' }, port), '--allow', 'port=8080');
    await to.ok('rm', 'served');
    await to.ok('rmi', 'busybox');
    await to.ok('kernel', 'rm', (await to.ok('kernels', '-q')).trim());
  });

  await t.test('an import that fails in the end takes back what it has brought', async () => {
    await to.ok('ps', '-a');
    execFileSync('sh', ['-c', `rm -rf ${to.dir}/data/vms && touch ${to.dir}/data/vms`]);
    assert.notEqual((await to.run('import', tampered('last.tar', { name: 'last' }))).code, 0);
    execFileSync('rm', [`${to.dir}/data/vms`]);
    assert.deepEqual(
      [await to.ok('images', '-q'), await to.ok('kernels', '-q'), ...(await kept())],
      ['', ''],
    );
  });

  await t.test('one part of it is not another, by whatever link', async () => {
    execFileSync('sh', ['-c', 'mv kernel/initrd ..; ln disk.qcow2 kernel/initrd'], { cwd: at('tree') });
    assert.match(
      (await to.run('import', tampered('linked.tar', {}))).stderr,
      /^error: not a VM archive: .* in it is neither a regular file nor a directory$/m,
    );
    execFileSync('sh', ['-c', 'mv -f ../initrd kernel/initrd'], { cwd: at('tree') });
  });

  await t.test('nothing that stands in it acts upon the terminal', async () => {
    const isInert = (said: string): void => {
      assert.match(said, /PWNED/);
      assert.doesNotMatch(said, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|^error: fake/m);
    };
    const path = '/srv/PWNED\u009b1m\u202e';
    const storage = { volumes: [{ name: 'x', file: { path } }], volumeMounts: [] };
    const file = tampered('escapes.tar', {}, { storage });
    for (const flags of [[], ['--allow', `file=${path}`]]) {
      const { code, stderr } = await to.run('import', file, ...flags);
      assert.notEqual(code, 0);
      isInert(stderr);
    }
    const labelled = tampered('labelled.tar', {
      name: 'labelled',
      labels: { note: 'a\u009b1m\u202e' },
      annotations: { 'ignite.weave.works/x\u001b]0;PWNED\u0007\u001b[2J\nerror: fake': '' },
    });
    const imported = await to.run('import', labelled);
    assert.equal(imported.code, 0, imported.stderr);
    isInert(imported.stderr);
    for (const format of ['json', 'yaml']) {
      const text = await to.ok('get', 'vm/labelled', '-o', format);
      assert.match(text, /a\\u009b1m\\u202e/);
    }
  });
});
