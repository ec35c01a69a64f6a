import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

test('files and folders are copied into a VM and out of it, with modes, times and symlinks', async (t) => {
  await using _leaks = watchLeaks();
  await using ignite = await Ignite.openWithKernel(160);
  const at = (...names: readonly string[]): string => join(ignite.dir, ...names);
  await ignite.ok(
    'run',
    `oci-archive:${imageArchive('debian')}`,
    '--ssh',
    '--name',
    'vm',
    '--memory',
    '512MB',
  );
  const inVm = async (line: string): Promise<string> => (await ignite.ok('exec', 'vm', line)).trim();
  await mkdir(at('site', 'sub'), { recursive: true });
  await writeFile(at('site', "it's $(odd).sh"), '#!/bin/sh\necho ran\n');
  await chmod(at('site', "it's $(odd).sh"), 0o750);
  await writeFile(at('site', 'sub', 'old'), 'old');
  await utimes(at('site', 'sub', 'old'), 1_000_000_000, 1_000_000_000);
  await symlink('sub/old', at('site', 'link'));

  await t.test('a folder goes into a folder that exists, and onto one of its own name', async () => {
    await ignite.ok('cp', at('site'), 'vm:/srv');
    assert.equal(await inVm(`'/srv/site/it'\\''s $(odd).sh'`), 'ran');
    assert.equal(await inVm('stat -c "%a %Y" /srv/site/sub/old'), '644 1000000000');
    assert.equal(await inVm('readlink /srv/site/link'), 'sub/old');
    await writeFile(at('site', 'more'), 'more');
    await ignite.ok('cp', at('site'), 'vm:/srv/site');
    assert.equal(await inVm('cat /srv/site/more; test -e /srv/site/site || echo merged'), 'moremerged');
    await ignite.ok('cp', '-L', at('site'), 'vm:/srv/followed');
    assert.equal(await inVm('test -L /srv/followed/link || cat /srv/followed/link'), 'old');
  });

  await t.test('a file goes into a folder, to a new name, and over a file', async () => {
    await ignite.ok('cp', at('site', 'more'), 'vm:/srv/');
    await ignite.ok('cp', at('site', 'more'), 'vm:renamed');
    await writeFile(at('more'), 'another');
    await ignite.ok('cp', at('more'), 'vm:/srv/more');
    assert.equal(await inVm('cat /root/renamed /srv/more; ls -A /srv'), 'moreanotherfollowed\nmore\nsite');
  });

  await t.test('the other way: folders, files, modes, and no right to run as another user', async () => {
    await inVm('chmod 4755 /srv/more; mkfifo /srv/site/pipe; chmod u+s /srv/site/sub/old');
    await ignite.ok('cp', 'vm:/srv/site', at('out'));
    assert.equal(await readFile(at('out', 'sub', 'old'), 'utf8'), 'old');
    assert.equal(await readlink(at('out', 'link')), 'sub/old');
    assert.equal((await stat(at('out', "it's $(odd).sh"))).mode & 0o7777, 0o750);
    assert.equal((await lstat(at('out', 'sub', 'old'))).mode & 0o7777, 0o644);
    await ignite.ok('cp', 'vm:/srv/more', at('out'));
    assert.equal((await stat(at('out', 'more'))).mode & 0o7777, 0o755);
    await ignite.ok('cp', 'vm:/srv/more', at('new-name'));
    assert.equal(await readFile(at('new-name'), 'utf8'), 'another');
  });

  await t.test('archives by standard input and output', async () => {
    const archive = execFileSync('tar', ['-c', '-C', at('site'), 'sub']);
    await inVm('mkdir /srv/unpacked');
    assert.equal((await ignite.start(['cp', '-', 'vm:/srv/unpacked'], archive).ended).code, 0);
    assert.equal(await inVm('cat /srv/unpacked/sub/old'), 'old');
    assert.match(await ignite.ok('cp', 'vm:/srv/unpacked', '-'), /^unpacked\//);
  });

  await t.test('what cannot be is said, and nothing is lost', async () => {
    for (const [args, words] of [
      [['cp', at('nothing'), 'vm:/srv'], /nothing cannot be read/],
      [['cp', 'vm:/nothing', at('x')], /\/nothing does not exist in the VM/],
      [['cp', at('more'), 'vm:/no/folder/x'], /there is no directory \/no\/folder/],
      [['cp', at('site'), 'vm:/srv/more'], /cannot be replaced by one/],
      [['cp', at('more'), 'vm:/srv/site/'], undefined],
      [['cp', 'vm:/srv/site', at('more')], /cannot be replaced by one/],
      [['cp', at('more'), at('x')], /neither/],
    ] as const) {
      const result = await ignite.run(...args);
      assert.equal(result.code === 0, words === undefined, `${args.join(' ')}: ${result.stderr}`);
      if (words) assert.match(result.stderr, words);
    }
    assert.equal(await readFile(at('more'), 'utf8'), 'another');
  });

  await t.test('commands share a connection, which ends with the VM', async () => {
    await ignite.ok('exec', 'vm', 'true');
    const sessions = (): number =>
      execFileSync('sh', ['-c', `ps ax -o args | grep -c '^ssh: ${ignite.dir}' || true`])
        .toString()
        .trim() === '0'
        ? 0
        : 1;
    assert.equal(sessions(), 1);
    await ignite.ok('stop', 'vm');
    // The process of the connection ends a moment after it has said that it does.
    for (const deadline = Date.now() + 300_000; sessions() > 0; await delay(100))
      assert.ok(Date.now() < deadline, 'the connection outlives the VM');
    const stopped = await ignite.run('cp', at('more'), 'vm:/srv');
    assert.match(stopped.stderr, /is not running/);
  });
});
