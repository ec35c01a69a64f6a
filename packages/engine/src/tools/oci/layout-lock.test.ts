import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Paths, layoutDir } from '../host/paths.ts';
import { lockLayout } from './layout-lock.ts';

const dir = mkdtempSync(join(tmpdir(), 'layout-lock-'));
after(() => rmSync(dir, { recursive: true }));
const paths: Paths = { dataDir: dir, runDir: dir };
const index = join(layoutDir(paths), 'index.json');
const take = async (): Promise<void> =>
  (await lockLayout(paths, new AbortController().signal))[Symbol.dispose]();

test('lockLayout: an index that was half-written is as it was before', async () => {
  await take();
  assert.ok(!existsSync(index), 'there is no layout yet');
  mkdirSync(layoutDir(paths));
  for (const half of ['', '{"manifests":[{"dig']) {
    const whole = JSON.stringify({ manifests: [] });
    writeFileSync(join(layoutDir(paths), '.index.json.whole'), whole);
    writeFileSync(index, half);
    await take();
    assert.equal(readFileSync(index, 'utf8'), whole);
  }
});

test('lockLayout: a layout whose very first index is half-written is begun anew', async () => {
  rmSync(layoutDir(paths), { recursive: true });
  mkdirSync(layoutDir(paths));
  writeFileSync(index, '');
  await take();
  assert.ok(!existsSync(index));
});
