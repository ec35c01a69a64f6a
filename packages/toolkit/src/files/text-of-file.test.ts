import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { textOfFileSync } from './text-of-file-sync.ts';
import { textOfFile } from './text-of-file.ts';

test('the text of a file is read, and a file that is not there has none', async () => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'text-of-file-'));
  const path = join(dir.path, 'note');
  assert.equal(await textOfFile(path), undefined);
  assert.equal(textOfFileSync(path), undefined);
  await writeFile(path, 'grün\n');
  assert.equal(await textOfFile(path), 'grün\n');
  assert.equal(textOfFileSync(path), 'grün\n');
});

test('a file that cannot be read is not taken for one that is not there', async () => {
  await assert.rejects(textOfFile(tmpdir()), { code: 'EISDIR' });
  assert.throws(() => textOfFileSync(tmpdir()), { code: 'EISDIR' });
});
