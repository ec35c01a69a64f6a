import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeToDisk } from './qemu-nbd.ts';

test('writeToDisk: a server that ends before the work is done has not done it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-nbd-'));
  const runner = { run: async () => ({ stdout: '', stderr: '' }) };
  const disk = { path: '/disk', basePath: '/base', socket: join(dir, 'socket') };
  const written = writeToDisk(disk, runner, new AbortController().signal, async () => {});
  await assert.rejects(written, /qemu-nbd has ended/);
  rmSync(dir, { recursive: true });
});
