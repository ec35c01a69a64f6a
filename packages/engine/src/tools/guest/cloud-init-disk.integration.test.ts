import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { writeCloudInitDisk } from './cloud-init-disk.ts';

const dir = mkdtempSync(join(tmpdir(), 'cloud-init-disk-'));
after(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;

test('writeCloudInitDisk: the disk has the label that is looked for, and the files as they were, however large', async () => {
  const path = join(dir, 'a');
  const files = {
    'user-data': 'ä'.repeat(256 * 1_024),
    'meta-data': '{}',
    'network-config': 'x'.repeat(65_536),
  };
  await writeCloudInitDisk(path, files, localRunner, signal);
  await writeCloudInitDisk(path, files, localRunner, signal);
  assert.match(execFileSync('blkid', ['-p', path], { encoding: 'utf8' }), /LABEL="CIDATA".*TYPE="vfat"/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  for (const [name, content] of Object.entries(files)) {
    const read = execFileSync('mcopy', ['-i', path, `::${name}`, '-'], { encoding: 'utf8' });
    assert.equal(read, content);
  }
});

test('writeCloudInitDisk: cut short it leaves nothing', async () => {
  const writing = writeCloudInitDisk(join(dir, 'b'), { x: '' }, localRunner, AbortSignal.abort());
  await assert.rejects(writing, { name: 'AbortError' });
  assert.deepEqual(readdirSync(dir), ['a']);
});
