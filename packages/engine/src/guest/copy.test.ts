import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { copyOut } from './copy.ts';

test('copyOut: a guest that answers without end is not listened to for ever', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-copy-'));
  const path = process.env['PATH'];
  try {
    writeFileSync(join(dir, 'ssh'), '#!/bin/sh\nexec yes\n');
    chmodSync(join(dir, 'ssh'), 0o755);
    process.env['PATH'] = [dir, path].join(delimiter);
    const copy = { target: { address: '192.0.2.1', user: 'root', args: [] }, vmPath: '/x', follow: false };
    const op = { signal: new AbortController().signal, report: () => {} };
    await assert.rejects(copyOut(join(dir, 'x'), copy, op), {
      code: 'COPY_FAILED',
      message: /no answer that ends/,
    });
    assert.deepEqual(readdirSync(dir), ['ssh']);
  } finally {
    process.env['PATH'] = path;
    rmSync(dir, { recursive: true });
  }
});
