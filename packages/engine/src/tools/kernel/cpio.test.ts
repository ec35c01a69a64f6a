import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cpioArchive, directory, file, withParents } from './cpio.ts';

const dir = mkdtempSync(join(tmpdir(), 'cpio-'));
after(() => rmSync(dir, { recursive: true }));

test('cpioArchive: cpio itself unpacks it, names, permissions and bytes', () => {
  const content = Buffer.from(Array.from({ length: 1_001 }, (_, at) => at % 256));
  const archive = cpioArchive(
    withParents([file('a/b/c', content, 0o640), file('a/empty', ''), directory('d', 0o700)]),
  );
  assert.equal(archive.length % 512, 0);
  execFileSync('busybox', ['cpio', '-id'], { cwd: dir, input: archive, stdio: ['pipe', 'ignore', 'ignore'] });
  assert.deepEqual(readFileSync(join(dir, 'a/b/c')), content);
  assert.equal(statSync(join(dir, 'a/b/c')).mode & 0o777, 0o640);
  assert.equal(statSync(join(dir, 'a/empty')).size, 0);
  assert.equal(statSync(join(dir, 'd')).mode & 0o777, 0o700);
});

test('cpioArchive: the same entries give the same bytes', () => {
  assert.deepEqual(cpioArchive([file('x', 'y')]), cpioArchive([file('x', 'y')]));
});

test('withParents: every folder comes once, before what is in it', () => {
  const paths = withParents([file('a/b/c', ''), file('a/d', ''), directory('e'), file('e/f', '')]).map(
    ({ path }) => path,
  );
  assert.deepEqual(paths, ['a', 'a/b', 'a/b/c', 'a/d', 'e', 'e/f']);
});
