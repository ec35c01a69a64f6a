import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { watchGrowth } from './layout-growth.ts';

test('watchGrowth: blobs that come are counted, half-done ones too, and none that were there', (context: TestContext) => {
  const layout = mkdtempSync(join(tmpdir(), 'ignite-layout-'));
  const told: number[] = [];
  context.mock.timers.enable({ apis: ['setInterval'] });
  try {
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    writeFileSync(join(layout, 'blobs/sha256/old'), 'x'.repeat(1_000));
    const growth = watchGrowth(layout, (done) => told.push(done));
    context.mock.timers.tick(200);
    writeFileSync(join(layout, 'oci-put-blob1'), 'x'.repeat(10));
    context.mock.timers.tick(200);
    renameSync(join(layout, 'oci-put-blob1'), join(layout, 'blobs/sha256/new'));
    writeFileSync(join(layout, 'oci-put-blob2'), 'x'.repeat(5));
    context.mock.timers.tick(200);
    rmSync(join(layout, 'oci-put-blob2'));
    context.mock.timers.tick(200);
    growth[Symbol.dispose]();
    context.mock.timers.tick(1_000);
    assert.deepEqual(told, [10, 15]);
  } finally {
    rmSync(layout, { recursive: true });
  }
});
