import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { hostArch } from '../host/arch.ts';
import { kernelImageArch } from './kernel-image.ts';

function image(mark: string, at: number): Buffer {
  const bytes = Buffer.alloc(300_000, 'kernel ');
  bytes.write(mark, at, 'latin1');
  return bytes;
}

test('kernelImageArch: an x86 bzImage, an arm64 Image and its compressed form', () => {
  assert.equal(kernelImageArch(image('HdrS', 0x202)), 'amd64');
  assert.equal(kernelImageArch(image('ARM\x64', 56)), 'arm64');
  assert.equal(kernelImageArch(gzipSync(image('ARM\x64', 56))), 'arm64');
});

test('kernelImageArch: an ELF file is of its machine', () => {
  assert.equal(kernelImageArch(readFileSync(process.execPath)), hostArch);
});

test('kernelImageArch: anything else is no kernel', () => {
  const broken = gzipSync(image('ARM\x64', 56)).fill(0xff, 10);
  for (const bytes of [
    Buffer.from('hello'),
    gzipSync('hello'),
    broken,
    Buffer.alloc(0),
    image('HdrS', 0x203),
    readFileSync(process.execPath).subarray(0, 100), // an ELF file that is shorter than its header says
  ])
    assert.equal(kernelImageArch(bytes), undefined);
});
