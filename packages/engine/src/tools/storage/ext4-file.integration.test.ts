import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { bytes } from '@ignite/toolkit/units/bytes';
import { createExt4File, growFile } from './ext4-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'ext4-file-'));
after(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;
const size = bytes(64 * 2 ** 20);

test('createExt4File: a sound, sparse, empty file system with a UUID', async () => {
  const path = join(dir, 'a');
  await createExt4File({ path, size, label: 'a-rather-long-label', mode: 0o644 }, localRunner, signal);
  execFileSync('e2fsck', ['-fn', path], { stdio: 'pipe' });
  assert.match(
    execFileSync('blkid', ['-p', path], { encoding: 'utf8' }),
    /LABEL="a-rather-long-la" UUID="[^"]+"/,
  );
  const listed = execFileSync('debugfs', ['-R', 'ls -p /', path], { encoding: 'utf8', stdio: 'pipe' });
  assert.deepEqual(
    [...listed.matchAll(/\/([^/]*)\/\d*\/$/gm)].map(([, name]) => name),
    ['.', '..'],
  );
  const { size: seen, blocks, mode } = statSync(path);
  assert.deepEqual([seen, mode & 0o777], [size, 0o644]);
  assert.ok(blocks * 512 < size / 4, `${blocks} blocks`);
});

test('createExt4File: cut short it leaves nothing', async () => {
  const aborted = AbortSignal.abort();
  const request = { path: join(dir, 'b'), size, label: 'b', mode: 0o600 };
  await assert.rejects(createExt4File(request, localRunner, aborted), { name: 'AbortError' });
  assert.deepEqual(readdirSync(dir), ['a']);
});

test('growFile: a file grows, and never shrinks', async () => {
  const path = join(dir, 'a');
  await growFile(path, bytes(2 * size));
  await growFile(path, size);
  assert.equal(statSync(path).size, 2 * size);
});
