import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { unpackToFile } from './unpack-part.ts';

const { signal } = new AbortController();

test('unpackToFile: a part has the size that it declares, and neither more nor less', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'unpack-part-'));
  try {
    const content = Buffer.from('state'.repeat(10_000));
    const packed = zstdCompressSync(content);
    const unpack = async (bytes: Buffer, size: number): Promise<Buffer> => {
      const [path, target] = [join(dir, 'packed'), join(dir, 'target')];
      writeFileSync(path, bytes);
      rmSync(target, { force: true });
      await unpackToFile({ name: 'disk', path, size }, target, signal);
      return readFileSync(target);
    };
    assert.ok((await unpack(packed, content.length)).equals(content));
    assert.ok((await unpack(zstdCompressSync(Buffer.alloc(0)), 0)).equals(Buffer.alloc(0)));
    for (const [bytes, size, why] of [
      [packed, content.length - 1, /its part "disk" is larger than it declares/],
      [packed, content.length + 1, /its part "disk" has 50000 bytes instead of 50001/],
      [
        packed.subarray(0, packed.length - 9),
        content.length,
        /its part "disk" (cannot be unpacked|has \d+ bytes)/,
      ],
      [Buffer.from('no zstd'), 7, /its part "disk" cannot be unpacked/],
      [zstdCompressSync(Buffer.alloc(2 ** 26)), 1_000, /its part "disk" is larger than it declares/],
    ] as const)
      await assert.rejects(unpack(bytes, size), { code: 'SNAPSHOT_ARTIFACT_INVALID', message: why });
    assert.ok(existsSync(dir));
  } finally {
    rmSync(dir, { recursive: true });
  }
});
