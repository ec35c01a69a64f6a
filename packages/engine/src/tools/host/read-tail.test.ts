import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readTail } from './read-tail.ts';

const dir = mkdtempSync(join(tmpdir(), 'tail-'));
after(() => rmSync(dir, { recursive: true }));

test('readTail: all of a short file, the end of a long one, nothing of none', async () => {
  const path = join(dir, 'a');
  writeFileSync(path, 'abcdef');
  assert.equal(await readTail(path), 'abcdef');
  assert.equal(await readTail(path, 2), 'ef');
  writeFileSync(path, '');
  assert.equal(await readTail(path), '');
  assert.equal(await readTail(join(dir, 'none')), '');
});
