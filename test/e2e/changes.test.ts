import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const script = [
  'echo added > /srv-added',
  "mkdir -p '/new folder'",
  "echo deep > '/new folder/deep file'",
  'chmod 700 /etc',
  'rm -r /etc/passwd',
  'ln -s /srv-added /link',
  'chown 7:8 /srv-added',
  'sync',
].join('; ');

/** Returns an archive in which a link replaces one of the files. */
function linked(archive: string, name: string, target: string): string {
  const folder = `${archive}.d`;
  mkdirSync(folder);
  execFileSync('tar', ['-x', '-f', archive, '-C', folder]);
  rmSync(join(folder, name));
  symlinkSync(target, join(folder, name));
  execFileSync('tar', ['-c', '-f', `${folder}.tar`, '-C', folder, '.']);
  return `${folder}.tar`;
}

test('the changes of a VM are listed, become an image, and are moved to another host', async (t) => {
  await using _leaks = watchLeaks();
  await using ignite = await Ignite.openWithKernel(162);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);

  await t.test('a VM that never ran has changed nothing', async () => {
    await ignite.ok('create', 'busybox', '--name', 'fresh');
    assert.equal(await ignite.ok('diff', 'fresh'), '');
  });

  await t.test('a VM that has ended shows files that were added, changed and deleted', async () => {
    assert.equal(
      (await ignite.run('run', '-i', 'busybox', '--name', 'one', '--', 'sh', '-c', script)).code,
      0,
    );
    assert.equal(
      await ignite.ok('diff', 'one'),
      [
        'C /etc',
        'D /etc/passwd',
        'A /link',
        'A /new folder',
        'A /new folder/deep file',
        'A /srv-added',
        '',
      ].join('\n'),
    );
    assert.deepEqual(JSON.parse(await ignite.ok('diff', 'one', '-o', 'json'))[0], {
      kind: 'C',
      path: '/etc',
    });
  });

  await t.test('an image of it has all that, and what its config was told', async () => {
    const created = await ignite.ok(
      'commit',
      'one',
      'made:1',
      '-m',
      'why',
      '--change',
      'CMD ["cat", "/link"]',
    );
    assert.match(created, /^Created image with ID "[0-9a-f]{16}" and name "made:1"\n$/);
    const ran = await ignite.run('run', '-i', 'made:1', '--name', 'two');
    assert.match(ran.stdout, /^added\r?\n/);
    const look =
      "stat -c '%a %u:%g' /etc /srv-added; test -e /etc/passwd || echo gone; cat '/new folder/deep file'";
    const seen = await ignite.run('run', '-i', 'made:1', '--name', 'three', '--', 'sh', '-c', look);
    assert.deepEqual(seen.stdout.split(/\r?\n/).slice(0, 4), ['700 0:0', '644 7:8', 'gone', 'deep']);
  });

  await t.test('a running VM goes on running', async () => {
    await ignite.ok(
      'run',
      'busybox',
      '--name',
      'live',
      '--',
      'sh',
      '-c',
      'echo x > /x; sync; echo written; sleep 1000',
    );
    while (!(await ignite.ok('logs', 'live')).includes('written')) await delay(200);
    assert.equal(await ignite.ok('diff', 'live'), 'A /x\n');
    assert.match(await ignite.ok('ps'), /Up .*live/);
  });

  await t.test('an archive of it is the same VM on a host that knows neither image nor kernel', async () => {
    const archive = join(ignite.dir, 'one.tar');
    await ignite.ok('export', 'one', '-o', archive);
    await using other = await Ignite.open(163);
    assert.match(
      await other.ok('import', archive, '--name', 'moved'),
      /^Created VM with ID ".*" and name "moved"\n$/,
    );
    assert.match(await other.ok('images'), /busybox:latest/);
    await other.ok('start', 'moved');
    await other.ok('wait', 'moved');
    assert.match(await other.ok('diff', 'moved'), /^A \/srv-added$/m);
    assert.match((await other.run('import', archive, '--name', 'moved')).stderr, /already exists/);
    for (const [archived, words] of [
      [join(ignite.dir, 'data/state.db'), ''],
      [linked(archive, 'disk.qcow2', join(ignite.dir, 'data/state.db')), 'disk.qcow2 in it is neither'],
    ] as const)
      assert.match(
        (await other.run('import', archived)).stderr,
        new RegExp(`^error: not a VM archive: ${words}`, 'm'),
      );
    assert.equal((await other.ok('ps', '-a', '-q')).split('\n').length, 2);
    assert.equal(readdirSync(join(other.dir, 'data/vms')).length, 1);
  });

  await t.test('by a pipe it is another VM of the same host', async () => {
    const piped = await ignite.piped(['export', 'one'], ['import', '-', '--name', 'twin']);
    assert.match(piped.stdout, /and name "twin"\n$/, piped.stderr);
    await ignite.ok('rm', 'twin');
  });

  await t.test('a name that cannot be told is refused, and nothing is left', async () => {
    await ignite.run('run', '-i', 'busybox', '--name', 'odd', '--', 'sh', '-c', "touch $'a\\nb'; sync");
    const refused = await ignite.run('commit', 'odd', 'odd:1');
    assert.match(refused.stderr, /^error: .*a file name holds a line break\nhint: /m);
    assert.deepEqual(readdirSync(join(ignite.dir, 'data/scratch')), []);
    assert.equal((await ignite.run('commit', 'one', 'Bad Name')).code, 2);
  });
});
