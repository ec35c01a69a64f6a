import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTransfer } from './open-transfer.ts';

test('openTransfer: a snapshot comes while another one leaves, and a second one that leaves waits and says so', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'open-transfer-'));
  try {
    const paths = { dataDir: dir, runDir: dir };
    const told: string[] = [];
    const second = Promise.withResolvers<void>();
    const report = (event: { readonly message?: string }): void => {
      told.push(event.message ?? '');
      second.resolve();
    };
    const op = { signal: AbortSignal.timeout(60_000), report } as Parameters<typeof openTransfer>[2];
    mkdirSync(join(dir, 'scratch/snapshot-out-killed'), { recursive: true });
    const leaving = await openTransfer('snapshot-out', paths, op);
    const coming = await openTransfer('snapshot-in', paths, op);
    assert.deepEqual(told, []);
    assert.equal(readdirSync(join(dir, 'scratch')).length, 2);
    const waiting = openTransfer('snapshot-out', paths, op);
    await second.promise;
    assert.deepEqual(told, ['Waiting for the transfer of another snapshot']);
    assert.ok(existsSync(leaving.path));
    await leaving[Symbol.asyncDispose]();
    await (await waiting)[Symbol.asyncDispose]();
    assert.ok(existsSync(coming.path));
    await coming[Symbol.asyncDispose]();
    assert.deepEqual(readdirSync(join(dir, 'scratch')), []);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
