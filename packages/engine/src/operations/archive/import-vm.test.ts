import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertPlain } from './import-vm.ts';

test('assertPlain: an archive of files and folders is fine, one with a link of any kind or a pipe is not', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-archive-'));
  try {
    mkdirSync(join(dir, 'kernel'));
    writeFileSync(join(dir, 'kernel/initrd'), '');
    await assertPlain(dir);
    for (const make of [
      (path: string) => symlinkSync('/etc/passwd', path),
      (path: string) => execFileSync('mkfifo', [path]),
      (path: string) => linkSync(join(dir, 'kernel/initrd'), path),
    ]) {
      make(join(dir, 'kernel/odd'));
      await assert.rejects(assertPlain(dir), {
        code: 'VM_ARCHIVE_INVALID',
        message: /(odd|initrd) in it is neither/,
      });
      rmSync(join(dir, 'kernel/odd'));
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
