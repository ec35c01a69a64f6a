import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { openSnapshotStore, parseArea, parseHeader } from './snapshot-store.ts';

const dir = mkdtempSync(join(tmpdir(), 'snapshot-store-'));
after(() => rmSync(dir, { recursive: true }));

/** The header in little-endian: magic, valid, version, sectors per chunk. */
const header = (magic = 0x70416e53, valid = 1, version = 1, sectors = 8): Buffer => {
  const bytesOf = Buffer.alloc(16);
  for (const [at, value] of [magic, valid, version, sectors].entries()) bytesOf.writeUInt32LE(value, at * 4);
  return bytesOf;
};

const entries = (size: number, ...pairs: readonly (readonly [number, number])[]): Buffer => {
  const area = Buffer.alloc(size);
  for (const [at, [onDisk, inStore]] of pairs.entries()) {
    area.writeBigUInt64LE(BigInt(onDisk), at * 16);
    area.writeBigUInt64LE(BigInt(inStore), at * 16 + 8);
  }
  return area;
};

describe('parseHeader', () => {
  test('the size of a chunk is in sectors; a store that is new has none', () => {
    assert.equal(parseHeader(header()), 4096);
    assert.equal(parseHeader(header(0x70416e53, 1, 1, 32)), 16_384);
    assert.equal(parseHeader(Buffer.alloc(16)), undefined);
    assert.equal(parseHeader(Buffer.alloc(0)), undefined);
  });

  test('what is no store, has overflowed or is of another format is refused', () => {
    assert.throws(() => parseHeader(header(0x1234)), /not a device-mapper snapshot/);
    assert.throws(() => parseHeader(header(0x70416e53, 0)), /overflowed/);
    assert.throws(() => parseHeader(header(0x70416e53, 1, 2)), /unknown version/);
    for (const sectors of [0, 3, 2 ** 31])
      assert.throws(() => parseHeader(header(0x70416e53, 1, 1, sectors)), /size/);
  });
});

test('parseArea: the first entry without a place in the store is the end', () => {
  assert.deepEqual(parseArea(entries(64, [7, 2], [0, 3])), {
    exceptions: [
      { onDisk: 7, inStore: 2 },
      { onDisk: 0, inStore: 3 },
    ],
    isFull: false,
  });
  assert.equal(parseArea(entries(32, [7, 2], [0, 3])).isFull, true);
});

describe('openSnapshotStore', () => {
  /** Chunks have 512 bytes, so that an area of 32 entries is soon full. */
  const store = async (name: string, chunks: Readonly<Record<number, Buffer>>, size: number) => {
    const path = join(dir, name);
    const content = Buffer.alloc(size);
    for (const [chunk, data] of Object.entries(chunks)) data.copy(content, Number(chunk) * 512);
    writeFileSync(path, content);
    await using file = await open(path, 'r');
    const opened = await openSnapshotStore(file, { path, diskSize: bytes(100 * 512) });
    return await Array.fromAsync(opened.areas());
  };
  const full = Array.from({ length: 32 }, (_, at) => [at, at + 2] as const);
  const head = header(0x70416e53, 1, 1, 1);

  test('areas follow each other, each behind the data of the one before', async () => {
    const areas = await store(
      'two',
      { 0: head, 1: entries(512, ...full), 34: entries(512, [50, 35]) },
      40 * 512,
    );
    assert.deepEqual(
      areas.map((area) => area.length),
      [32, 1],
    );
    assert.deepEqual(areas[1], [{ onDisk: 50, inStore: 35 }]);
  });

  test('a store that ends after a full area has no more entries', async () => {
    assert.equal((await store('full', { 0: head, 1: entries(512, ...full) }, 34 * 512)).length, 1);
  });

  test('a file of zeros, and an empty one, have no entries', async () => {
    assert.deepEqual(await store('new', {}, 4096), []);
    assert.deepEqual(await store('empty', {}, 0), []);
  });

  test('entries outside of disk and store, or in what is no data, are refused', async () => {
    for (const [name, pair] of Object.entries({ disk: [100, 2], store: [1, 40], header: [1, 34] } as const))
      await assert.rejects(store(name, { 0: head, 1: entries(512, pair) }, 40 * 512), {
        code: 'LEGACY_OVERLAY_BROKEN',
      });
  });
});
