import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { clearDrafts, replaceFile } from './replace-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'replace-file-'));
after(() => rmSync(dir, { recursive: true }));

test('replaceFile: content and permissions are those asked for, whatever was there', async () => {
  const path = join(dir, 'a');
  writeFileSync(path, 'old', { mode: 0o666 });
  await replaceFile(path, 'new', 0o600);
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dir), ['a']);
});

test('replaceFile: a failure leaves what was there and no draft', async () => {
  await assert.rejects(replaceFile(join(dir, 'no', 'b'), 'x', 0o644), { code: 'ENOENT' });
  await assert.rejects(replaceFile(dir, 'x', 0o644));
  assert.deepEqual(readdirSync(dir), ['a']);
});

test('clearDrafts: what a writer that was killed has left goes, and nothing else', async () => {
  writeFileSync(join(dir, '.a.5d85e0de.draft'), 'ne');
  writeFileSync(join(dir, 'of-mine.draft'), '');
  await clearDrafts(dir);
  assert.deepEqual(readdirSync(dir), ['a', 'of-mine.draft']);
  await clearDrafts(join(dir, 'no'));
});
