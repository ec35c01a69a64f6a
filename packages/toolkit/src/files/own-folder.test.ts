import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { assertOwnFolder, isOwnFolder } from './own-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'own-folder-'));
after(() => rmSync(dir, { recursive: true }));

const isOwn = (mode: number, uid = 0, gid = 0): boolean => {
  chmodSync(dir, mode);
  chownSync(dir, uid, gid);
  return isOwnFolder(statSync(dir));
};

test('isOwnFolder: whoever else may write to a folder decides what its names mean', () => {
  for (const mode of [0o700, 0o755, 0o711, 0o775]) assert.ok(isOwn(mode), mode.toString(8));
  for (const mode of [0o777, 0o1777, 0o702]) assert.ok(!isOwn(mode), mode.toString(8));
  assert.ok(!isOwn(0o700, 4242));
  assert.ok(isOwn(0o751, 0, 4242));
  assert.ok(!isOwn(0o770, 0, 4242));
});

test('assertOwnFolder: a file is no folder', () => {
  const file = join(dir, 'file');
  writeFileSync(file, '', { mode: 0o600 });
  assert.throws(() => assertOwnFolder(file, statSync(file)), { code: 'FOLDER_UNSAFE' });
});
