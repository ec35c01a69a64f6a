import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { runSpace, takesMemory } from './room-for-memory.ts';

const [mb, gb] = [2 ** 20, 2 ** 30];

test('takesMemory: what runs keeps a part of its file system, whatever guests come to use', () => {
  const small = { size: 400 * mb, available: 390 * mb, promised: 0 };
  assert.equal(takesMemory(bytes(gb), small), false);
  assert.equal(takesMemory(bytes(256 * mb), small), true);
  assert.equal(takesMemory(bytes(256 * mb), { ...small, promised: 100 * mb }), false);
  assert.equal(takesMemory(bytes(256 * mb), { ...small, available: 300 * mb }), false);
  const large = { size: 200 * gb, available: 2 * gb, promised: 0 };
  assert.equal(takesMemory(bytes(gb), large), true);
  assert.equal(takesMemory(bytes(2 * gb - mb), large), false);
});

test('runSpace: counts what files of memory may still take', async () => {
  const runDir = mkdtempSync(join(tmpdir(), 'run-space-'));
  try {
    const paths = { dataDir: join(runDir, 'data'), runDir };
    assert.equal((await runSpace(paths)).promised, 0);
    for (const vm of ['a', 'b', 'none']) mkdirSync(join(runDir, 'vms', vm), { recursive: true });
    for (const vm of ['a', 'b']) {
      writeFileSync(join(runDir, 'vms', vm, 'memory'), '');
      truncateSync(join(runDir, 'vms', vm, 'memory'), mb);
    }
    const { size, available, promised } = await runSpace(paths);
    assert.equal(promised, 2 * mb);
    assert.ok(available > 0 && available <= size);
  } finally {
    rmSync(runDir, { recursive: true });
  }
});
