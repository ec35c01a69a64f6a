import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { mergeEntry, mergeFolder } from './merge-folder.ts';
import { OpenFolder } from './open-folder.ts';

let dir: string;
const at = (...names: readonly string[]): string => join(dir, ...names);
const { signal } = new AbortController();

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'merge-folder-'));
  for (const name of ['from', 'to', 'outside']) mkdirSync(at(name));
  writeFileSync(at('outside', 'kept'), 'kept');
});
afterEach(() => rmSync(dir, { recursive: true }));

async function merge(): Promise<void> {
  await using from = await OpenFolder.at(at('from'));
  await using to = await OpenFolder.at(at('to'));
  await mergeFolder(from, to, signal);
}

test('mergeFolder: folders are merged, files and symlinks replaced, what is beside them stays', async () => {
  mkdirSync(at('from/sub/new'), { recursive: true });
  mkdirSync(at('to/sub'), { mode: 0o700 });
  writeFileSync(at('to/sub/mine'), 'mine');
  writeFileSync(at('to/sub/both'), 'old');
  writeFileSync(at('from/sub/both'), 'new');
  writeFileSync(at('to/linked'), 'old');
  symlinkSync('sub/both', at('from/linked'));
  utimesSync(at('from/sub'), 1_000_000_000, 1_000_000_000);
  await merge();
  assert.deepEqual(readdirSync(at('to/sub')).toSorted(), ['both', 'mine', 'new']);
  assert.equal(readFileSync(at('to/sub/both'), 'utf8'), 'new');
  assert.equal(readlinkSync(at('to/linked')), 'sub/both');
  assert.equal(statSync(at('to/sub')).mtimeMs, 1_000_000_000_000);
  assert.equal(statSync(at('to/sub')).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(at('from')), ['sub']);
});

test('mergeFolder: a symlink that is there is replaced, and nothing is written to where it leads', async () => {
  symlinkSync(at('outside'), at('to/x'));
  symlinkSync(at('outside/kept'), at('to/y'));
  mkdirSync(at('from/x'));
  writeFileSync(at('from/x/job'), 'job');
  writeFileSync(at('from/y'), 'y');
  await merge();
  assert.deepEqual(readdirSync(at('outside')), ['kept']);
  assert.equal(readFileSync(at('outside/kept'), 'utf8'), 'kept');
  assert.ok(lstatSync(at('to/x')).isDirectory());
  assert.equal(readFileSync(at('to/x/job'), 'utf8'), 'job');
});

test('mergeFolder: a file that has another name elsewhere is replaced, not written to', async () => {
  linkSync(at('outside/kept'), at('to/name'));
  writeFileSync(at('from/name'), 'other');
  await merge();
  assert.equal(readFileSync(at('outside/kept'), 'utf8'), 'kept');
});

test('mergeFolder: names that are no UTF-8 keep their bytes', async () => {
  const name = Buffer.from([0x61, 0xff, 0x1b, 0x9b]);
  writeFileSync(Buffer.concat([Buffer.from(`${at('from')}/`), name]), 'x');
  await merge();
  assert.deepEqual(readdirSync(at('to'), { encoding: 'buffer' }), [name]);
});

test('mergeFolder: a file takes the place of an empty folder, not of one with something in it', async () => {
  writeFileSync(at('from/a'), 'a');
  mkdirSync(at('to/a'));
  await merge();
  assert.equal(readFileSync(at('to/a'), 'utf8'), 'a');
  writeFileSync(at('from/sub'), 'file');
  mkdirSync(at('to/sub/deep'), { recursive: true });
  await assert.rejects(merge(), { name: 'MergeError', message: /^sub is a directory that is not empty/ });
  assert.ok(existsSync(at('to/sub/deep')));
});

test('mergeEntry: whoever puts a symlink in the place of the folder meanwhile gains nothing', async () => {
  await using from = await OpenFolder.at(at('from'));
  await using to = await OpenFolder.at(at('to'));
  renameSync(at('to'), at('moved'));
  symlinkSync(at('outside'), at('to'));
  writeFileSync(at('from/job'), 'job');
  await mergeEntry('job', from, to, signal);
  assert.deepEqual(readdirSync(at('outside')), ['kept']);
  assert.deepEqual(readdirSync(at('moved')), ['job']);
});

test('OpenFolder: it is cleared however deep it is, and symlinks in it are not followed', async () => {
  await using folder = await OpenFolder.at(at('to'));
  symlinkSync(at('outside'), at('to/x'));
  const levels: OpenFolder[] = [];
  let deepest = folder;
  for (let depth = 0; depth < 60; depth += 1) {
    mkdirSync(deepest.pathOf('n'.repeat(100)));
    levels.push((deepest = await deepest.enter('n'.repeat(100))));
  }
  await Promise.all(levels.map((level) => level[Symbol.asyncDispose]()));
  await folder.clear();
  assert.deepEqual(readdirSync(at('to')), []);
  assert.deepEqual(readdirSync(at('outside')), ['kept']);
  await assert.rejects(folder.enter('../outside/kept'), { code: 'ENOTDIR' });
});
