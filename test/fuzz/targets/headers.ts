import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes } from '@ignite/toolkit/units/bytes';
import { cpioArchive, file, withParents } from '@ignite/engine/tools/kernel/cpio';
import { readElf } from '@ignite/engine/tools/kernel/elf';
import { kernelImageArch } from '@ignite/engine/tools/kernel/kernel-image';
import { hasPvhEntry } from '@ignite/engine/tools/kernel/pvh-entry';
import { openSnapshotStore, parseHeader } from '@ignite/legacy/import/snapshot-store';
import { readOverlay } from '@ignite/engine/tools/rootfs/overlay-header';
import { mutatedBytes, mutatedText } from '../mutate.ts';
import { taken, takenLater, target } from '../target.ts';

/** Returns an x86-64 program with an interpreter, a library and a note (elf(5)). */
function program(): Buffer {
  const elf = Buffer.alloc(512);
  elf.write('\x7fELF\x02\x01\x01', 'latin1');
  elf.writeUInt16LE(62, 18);
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(4, 56);
  const segments = [
    { type: 1, offset: 0n, address: 0n, size: 512n },
    { type: 3, offset: 300n, address: 300n, size: 8n },
    { type: 2, offset: 320n, address: 320n, size: 64n },
    { type: 4, offset: 420n, address: 420n, size: 24n },
  ];
  for (const [at, { type, offset, address, size }] of segments.entries()) {
    const start = 64 + at * 56;
    elf.writeUInt32LE(type, start);
    elf.writeBigUInt64LE(offset, start + 8);
    elf.writeBigUInt64LE(address, start + 16);
    elf.writeBigUInt64LE(size, start + 32);
  }
  elf.write('/lib/ld\0', 300, 'latin1');
  for (const [at, value] of [5n, 400n, 1n, 1n, 0n, 0n].entries()) elf.writeBigUInt64LE(value, 320 + at * 8);
  elf.write('\0libc.so.6\0', 400, 'latin1');
  for (const [at, value] of [4, 8, 18].entries()) elf.writeUInt32LE(value, 420 + at * 4);
  elf.write('Xen\0', 432, 'latin1');
  return elf;
}

/** Returns the header of a qcow2 of version 3 (QEMU's docs/interop/qcow2). */
function qcow2(): Buffer {
  const header = Buffer.alloc(112);
  header.writeUInt32BE(0x514649fb, 0);
  header.writeUInt32BE(3, 4);
  header.writeBigUInt64BE(4n * 2n ** 30n, 24);
  return header;
}

/** Returns a snapshot of device-mapper in chunks of one sector, with one chunk of data. */
function snapshot(): Buffer {
  const store = Buffer.alloc(512 * 4);
  for (const [at, value] of [0x70416e53, 1, 1, 1].entries()) store.writeUInt32LE(value, at * 4);
  store.writeBigUInt64LE(3n, 512);
  store.writeBigUInt64LE(2n, 520);
  return store;
}

const isRangeError = (failure: unknown): boolean => failure instanceof RangeError;

export const elfFiles = target<Buffer>({
  name: 'elf',
  make: (random) => mutatedBytes(program(), random),
  check: (image) => {
    const elf = taken(() => readElf(image), isRangeError);
    for (const text of [elf?.interpreter ?? '', ...(elf?.needed ?? [])]) assert.ok(text.length <= 4_096);
    assert.ok(['amd64', 'arm64', undefined].includes(kernelImageArch(image)));
    taken(() => hasPvhEntry(image), isRangeError);
  },
});

export const disks = target<{ readonly overlay: Buffer; readonly store: Buffer }>({
  name: 'disks',
  make: (random) => ({ overlay: mutatedBytes(qcow2(), random), store: mutatedBytes(snapshot(), random) }),
  check: async ({ overlay, store }) => {
    const dir = mkdtempSync(join(tmpdir(), 'fuzz-disk-'));
    try {
      const path = join(dir, 'disk');
      writeFileSync(path, overlay);
      const read = await takenLater(() => readOverlay(path));
      assert.ok(read === undefined || read.size >= 0n);
      taken(() => parseHeader(store), isRangeError);
      writeFileSync(path, store);
      await using opened = await open(path);
      const diskSize = bytes(2 ** 20);
      await takenLater(async () => {
        const found = await openSnapshotStore(opened, { path, diskSize });
        for await (const area of found.areas())
          for (const { onDisk } of area) assert.ok(onDisk * found.chunkSize < diskSize + found.chunkSize);
      });
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
});

/**
 * Reads an archive that Ignite has written, with the simplest reader possible (cpio(5), "New ASCII Format").
 */
function namesIn(archive: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = 0; ;) {
    assert.equal(archive.toString('latin1', at, at + 6), '070701');
    const field = (index: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [size, length] = [field(6), field(11)];
    const name = archive.toString('utf8', at + 110, at + 110 + length - 1);
    if (name === 'TRAILER!!!') return names;
    names.push(name);
    const body = Math.ceil((at + 110 + length) / 4) * 4;
    at = Math.ceil((body + size) / 4) * 4;
  }
}

export const initrds = target<readonly (readonly [path: string, content: string])[]>({
  name: 'initrds',
  make: (random) =>
    Array.from({ length: random.below(8) }, () => [
      mutatedText(['etc/hosts', 'a/b/c', 'x'], ['/', 'é'], random)
        .slice(0, 4_095)
        .replaceAll('\0', '')
        .toWellFormed() || 'x',
      mutatedText(['127.0.0.1 localhost\n'], ['\0'], random),
    ]),
  check: (files) => {
    const entries = withParents(files.map(([path, content]) => file(path, content)));
    const archive = cpioArchive(entries);
    assert.equal(archive.length % 512, 0);
    assert.deepEqual(
      namesIn(archive),
      entries.map(({ path }) => path),
    );
  },
});
