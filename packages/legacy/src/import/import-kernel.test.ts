import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { placeKernelImage } from './import-kernel.ts';

test('placeKernelImage: a /boot that leads out of the tree is followed by nobody', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-legacy-'));
  try {
    const [root, outside, image] = [join(dir, 'root'), join(dir, 'outside'), join(dir, 'vmlinux')];
    for (const folder of [root, outside]) mkdirSync(folder);
    writeFileSync(image, 'kernel');
    symlinkSync(outside, join(root, 'boot'));
    await placeKernelImage(image, root);
    await placeKernelImage(image, root);
    assert.deepEqual(readdirSync(outside), []);
    assert.equal(readFileSync(join(root, 'boot/vmlinux'), 'utf8'), 'kernel');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
