import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { contentOf, readDiskContent } from './disk-content.ts';

const dir = mkdtempSync(join(tmpdir(), 'disk-content-'));
after(() => rmSync(dir, { recursive: true }));

const made: Readonly<Record<string, { readonly argv: readonly string[]; readonly content: object }>> = {
  ext4: { argv: ['mke2fs', '-q', '-t', 'ext4'], content: { kind: 'file-system', type: 'ext4' } },
  ext2: { argv: ['mke2fs', '-q', '-t', 'ext2'], content: { kind: 'file-system', type: 'ext4' } },
  vfat: {
    argv: ['mformat', '-T', '16384', '-h', '16', '-s', '63', '-i'],
    content: { kind: 'file-system', type: 'vfat' },
  },
  minix: { argv: ['mkfs.minix'], content: { kind: 'file-system', type: 'minix' } },
  swap: { argv: ['mkswap', '-q'], content: { kind: 'other', what: 'swap space' } },
};

for (const [name, { argv, content }] of Object.entries(made)) {
  test(`readDiskContent: what ${argv[0]} has made as ${name}`, async () => {
    const path = join(dir, name);
    writeFileSync(path, '');
    truncateSync(path, 8 * 2 ** 20);
    const [tool = '', ...args] = argv;
    execFileSync(tool, [...args, path, ...(tool === 'mformat' ? ['::'] : [])], { stdio: 'pipe' });
    assert.deepEqual(await readDiskContent(path), content);
  });
}

test('readDiskContent: a partition table', async () => {
  const path = join(dir, 'gpt');
  writeFileSync(path, '');
  truncateSync(path, 8 * 2 ** 20);
  execFileSync('sfdisk', ['-q', path], { input: 'label: gpt\n,\n', stdio: ['pipe', 'ignore', 'ignore'] });
  assert.deepEqual(await readDiskContent(path), { kind: 'partitions' });
});

test('contentOf: zeros, next to nothing, and noise are nothing that we know', () => {
  for (const head of [Buffer.alloc(70_000), Buffer.alloc(0), Buffer.alloc(70_000, 'x')])
    assert.deepEqual(contentOf(head), { kind: 'nothing-known' });
});
