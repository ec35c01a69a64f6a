import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bzImage } from './bz-image.sample.ts';
import { packedKernel } from './packed-kernel.ts';

const size = Buffer.from([1, 2, 3, 4]);

test('packedKernel: the payload of a bzImage, without the size that Linux puts behind it', () => {
  for (const [mark, unpacker] of [
    ['02214c18', 'lz4'],
    ['fd377a585a00', 'xz'],
    ['5d000080', 'xz'],
    ['28b52ffd', 'zstd'],
    ['425a6839', 'bzip2'],
  ] as const) {
    const content = Buffer.concat([Buffer.from(mark, 'hex'), Buffer.from('rest')]);
    assert.deepEqual(packedKernel(bzImage(Buffer.concat([content, size]))), { unpacker, content });
  }
  const gzip = Buffer.concat([Buffer.from('1f8b0800', 'hex'), size]);
  assert.deepEqual(packedKernel(bzImage(gzip)), { unpacker: 'gzip', content: gzip }, 'which ends with it');
});

test('packedKernel: an Image for arm64 may be compressed as a whole, and what is not packed is left alone', () => {
  const image = Buffer.from('1f8b080000000000', 'hex');
  assert.deepEqual(packedKernel(image), { unpacker: 'gzip', content: image });
  assert.equal(packedKernel(Buffer.from('\x7fELF and so on', 'latin1')), undefined);
  assert.equal(packedKernel(Buffer.alloc(0)), undefined);
});

test('packedKernel: an image that points outside itself, is too old or packed in an unknown way is refused', () => {
  const payload = Buffer.from('02214c1800000000', 'hex');
  assert.throws(() => packedKernel(bzImage(payload, { length: 9 })), /is longer than the file/);
  assert.throws(() => packedKernel(bzImage(payload, { version: 0x207 })), /too old/);
  assert.throws(() => packedKernel(bzImage(Buffer.from('nonsense'))), /unknown way/);
  assert.throws(() => packedKernel(bzImage(payload).subarray(0, 0x208)), RangeError);
});
