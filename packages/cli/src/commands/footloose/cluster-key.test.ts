import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureClusterKey } from './cluster-key.ts';

test('ensureClusterKey: a public key that is missing is made of the private one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cluster-key-'));
  try {
    const path = join(dir, 'key');
    let made = 0;
    const ensure = async () =>
      await ensureClusterKey(path, 'test', {
        onMissing: () => (made += 1),
        signal: new AbortController().signal,
      });
    const key = await ensure();
    rmSync(`${path}.pub`);
    assert.equal(await ensure(), key);
    assert.equal(readFileSync(`${path}.pub`, 'utf8'), `${key}\n`);
    assert.equal(made, 1);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
