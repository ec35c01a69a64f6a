import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { realPathOf } from './real-path.ts';

test('realPathOf: links are followed, also those that lead to what is not there yet', async () => {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'real-path-')));
  try {
    await mkdir(join(dir, 'a'));
    await symlink('/etc', join(dir, 'a/etc'));
    await symlink('/etc/not-there', join(dir, 'a/dangling'));
    await symlink('../a', join(dir, 'a/up'));
    await symlink('loop', join(dir, 'a/loop'));
    const expected: Readonly<Record<string, string | undefined>> = {
      'a/new/deep': join(dir, 'a/new/deep'),
      'a/etc/passwd': '/etc/passwd',
      'a/etc/none/x': '/etc/none/x',
      'a/dangling': '/etc/not-there',
      'a/dangling/x': '/etc/not-there/x',
      'a/up/up/new': join(dir, 'a/new'),
      'a/loop': undefined,
      'a/\0': undefined,
    };
    for (const [path, real] of Object.entries(expected))
      assert.equal(await realPathOf(join(dir, path)), real, path);
  } finally {
    await rm(dir, { recursive: true });
  }
});
