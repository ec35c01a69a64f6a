import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { bytes } from '@ignite/toolkit/units/bytes';
import { createRawDisk, growRawDisk } from './raw-disk.ts';

const dir = mkdtempSync(join(tmpdir(), 'ignite-raw-'));
after(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;

test('createRawDisk: a copy of the base that takes no space for its holes, whole or not at all', async () => {
  const basePath = join(dir, 'base.ext4');
  writeFileSync(basePath, 'content', { mode: 0o444 });
  truncateSync(basePath, 2 ** 24);
  const path = join(dir, 'root.raw');
  writeFileSync(`${path}.draft`, 'of a run that was cut short');
  await createRawDisk({ path, basePath, size: bytes(2 ** 30) }, localRunner, signal);
  const disk = statSync(path);
  assert.equal(disk.size, 2 ** 30);
  assert.equal(disk.mode & 0o777, 0o600);
  assert.ok(disk.blocks * 512 <= 2 ** 20);
  assert.equal(readFileSync(path).toString('latin1', 0, 7), 'content');
  const missing = { path: join(dir, 'other.raw'), basePath: join(dir, 'none'), size: bytes(2 ** 20) };
  await assert.rejects(createRawDisk(missing, localRunner, signal), /No such file/);
  assert.deepEqual(readdirSync(dir).sort(), ['base.ext4', 'root.raw']);
});

test('growRawDisk: a disk grows, and never shrinks', async () => {
  const path = join(dir, 'grown.raw');
  writeFileSync(path, 'content');
  for (const [size, has] of [
    [2 ** 30, 2 ** 30],
    [2 ** 20, 2 ** 30],
  ] as const) {
    await growRawDisk(path, bytes(size));
    assert.equal(statSync(path).size, has);
  }
});
