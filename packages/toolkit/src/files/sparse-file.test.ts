import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { createSparseFile, dataIn } from './sparse-file.ts';

const block = 4_096;

test('blocks of zeros are left out, wherever pieces begin', () => {
  const piece = Buffer.alloc(4 * block);
  assert.deepEqual(dataIn(piece, 0), []);
  piece[block] = 1;
  piece[3 * block - 1] = 1;
  assert.deepEqual(dataIn(piece, 0), [{ start: block, end: 3 * block }]);
  assert.deepEqual(dataIn(piece, 1), [
    { start: block - 1, end: 2 * block - 1 },
    { start: 3 * block - 1, end: 4 * block - 1 },
  ]);
  assert.deepEqual(dataIn(Buffer.from([1]), 17), [{ start: 0, end: 1 }]);
});

test('a file has what was written, takes no space for zeros, and is never written over', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sparse-'));
  try {
    const path = join(dir, 'file');
    const content = Buffer.alloc(64 * block + 100);
    content.write('in the middle', 20 * block + 5);
    await pipeline(
      Readable.from([content.subarray(0, 1_000), content.subarray(1_000)]),
      createSparseFile(path, 0o600),
    );
    assert.ok(readFileSync(path).equals(content));
    const { blocks, mode } = statSync(path);
    assert.equal(mode & 0o777, 0o600);
    assert.ok(blocks * 512 <= 4 * block, `${blocks} blocks`);
    await assert.rejects(pipeline(Readable.from([content]), createSparseFile(path, 0o600)), {
      code: 'EEXIST',
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
