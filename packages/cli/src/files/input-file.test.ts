import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readInputFile } from './input-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'input-file-'));
after(() => rmSync(dir, { recursive: true }));

const holding = (content: string | Uint8Array): string => {
  const file = join(dir, 'file');
  writeFileSync(file, content);
  return file;
};

test('readInputFile: text as it is, whatever the alphabet, without a byte order mark', async () => {
  assert.equal(await readInputFile('-f', holding('größe: 1\n')), 'größe: 1\n');
  assert.equal(await readInputFile('-f', holding('\ufeffkind: VM')), 'kind: VM');
  assert.equal(await readInputFile('-f', holding('')), '');
});

test('readInputFile: bytes that are no text are refused, not changed', async () => {
  const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0);
  await assert.rejects(readInputFile('--user-data', holding(gzip)), {
    code: 'USAGE_INVALID',
    message: /^--user-data .*: .*utf-8/,
  });
});

test('readInputFile: what is not there, is a folder, or has no end is refused', async () => {
  for (const path of [join(dir, 'none'), dir, '/dev/zero'])
    await assert.rejects(readInputFile('-f', path), { code: 'USAGE_INVALID' }, path);
});
