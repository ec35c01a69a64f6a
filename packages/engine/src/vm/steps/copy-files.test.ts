import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readCopiedFiles } from './copy-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'copy-files-'));
after(() => rmSync(dir, { recursive: true }));
mkdirSync(join(dir, 'tree/sub'), { recursive: true });
writeFileSync(join(dir, 'tree/a'), 'A');
writeFileSync(join(dir, 'tree/sub/run'), 'B');
chmodSync(join(dir, 'tree/sub/run'), 0o750);
symlinkSync('a', join(dir, 'tree/link'));

test('readCopiedFiles: folders are walked in order, permissions kept, links followed', async () => {
  const files = await readCopiedFiles([{ hostPath: join(dir, 'tree'), vmPath: '/opt/t' }]);
  assert.deepEqual(
    files.map(({ path, content }) => [path, Buffer.from(content).toString()]),
    [
      ['/opt/t/a', 'A'],
      ['/opt/t/link', 'A'],
      ['/opt/t/sub/run', 'B'],
    ],
  );
  assert.equal(files[2]?.mode, 0o750);
});

test('readCopiedFiles: what is missing, is no file, or is too much, is refused', async () => {
  const copy = (hostPath: string) => readCopiedFiles([{ hostPath, vmPath: '/x' }]);
  await assert.rejects(copy(join(dir, 'none')), { code: 'COPY_FILE_INVALID' });
  execFileSync('mkfifo', [join(dir, 'fifo')]);
  await assert.rejects(copy(join(dir, 'fifo')), { code: 'COPY_FILE_INVALID' });
  execFileSync('truncate', ['-s', '257M', join(dir, 'huge')]);
  await assert.rejects(copy(join(dir, 'huge')), { code: 'COPY_FILE_INVALID' });
});
