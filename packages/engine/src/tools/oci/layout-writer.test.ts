import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { LayoutWriter } from './layout-writer.ts';

async function inFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'layout-writer-'));
  try {
    await use(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('addPacked: a blob has the content of the stream, under the name of its digest', async () => {
  await inFolder(async (dir) => {
    const writer = await LayoutWriter.open(dir, new AbortController().signal);
    const { digest, size } = await writer.addPacked(
      Readable.from([Buffer.from('some '), Buffer.from('text')]),
    );
    const blob = readFileSync(join(dir, 'blobs/sha256', digest.slice('sha256:'.length)));
    assert.equal(blob.length, size);
    assert.equal(zstdDecompressSync(blob).toString(), 'some text');
  });
});

test('addPacked: a source is closed after an abort, and one that fails ends the packing', async () => {
  await inFolder(async (dir) => {
    const abort = new AbortController();
    const writer = await LayoutWriter.open(dir, abort.signal);
    const broken = new Readable({ read: () => void broken.destroy(new Error('the disk is broken')) });
    await assert.rejects(writer.addPacked(broken), { message: 'the disk is broken' });
    const endless = new Readable({ read: () => abort.abort() });
    await assert.rejects(writer.addPacked(endless), { name: 'AbortError' });
    assert.ok(endless.destroyed);
  });
});
