import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unpackedKernel } from './unpacked-kernel.ts';

const root = mkdtempSync(join(tmpdir(), 'kernel-'));
after(() => rmSync(root, { recursive: true }));
const signal = new AbortController().signal;

function folderWith(kernel: Buffer): string {
  const dir = mkdtempSync(join(root, 'folder-'));
  writeFileSync(join(dir, 'kernel'), kernel);
  return dir;
}

const image = Buffer.alloc(200_000);
image.write('ARM\x64', 56, 'latin1');

test('unpackedKernel: it is made once, for everyone to read', async () => {
  const dir = folderWith(gzipSync(image));
  const path = await unpackedKernel(dir, signal);
  assert.deepEqual(readFileSync(path), image);
  const { ino, mode } = statSync(path);
  assert.equal(mode & 0o777, 0o644);
  assert.equal(statSync(await unpackedKernel(dir, signal)).ino, ino);
  assert.deepEqual(readdirSync(dir).sort(), ['kernel', 'kernel.unpacked']);
});

test('unpackedKernel: one that is not packed is taken as it is', async () => {
  assert.deepEqual(readFileSync(await unpackedKernel(folderWith(image), signal)), image);
});

test('unpackedKernel: what is broken or no kernel is refused, and leaves nothing', async () => {
  for (const [kernel, why] of [
    [gzipSync(image).subarray(0, 50), /unexpected end of file/],
    [gzipSync(Buffer.from('hello')), /its content is not a kernel/],
    [gzipSync(gzipSync(image)), /its content is not a kernel/],
    [Buffer.from('hello'), /its content is not a kernel/],
  ] as const) {
    const dir = folderWith(kernel);
    await assert.rejects(unpackedKernel(dir, signal), { code: 'KERNEL_PACKED', message: why });
    assert.deepEqual(readdirSync(dir), ['kernel']);
  }
});
