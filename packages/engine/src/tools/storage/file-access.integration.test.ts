import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { grantAccess, revokeAccess } from './file-access.ts';

const signal = new AbortController().signal;
const user = 0x70000001;

test('grantAccess, revokeAccess: a user comes and goes, whatever has become of the file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-acl-'));
  const file = join(dir, 'disk');
  const users = (): string => execFileSync('getfacl', ['-n', '-p', '-c', file], { encoding: 'utf8' });
  try {
    writeFileSync(file, '');
    await grantAccess({ path: file, user, access: 'rw' }, localRunner, signal);
    assert.match(users(), new RegExp(`^user:${user}:rw-`, 'm'));
    await revokeAccess(file, user, localRunner, signal);
    await revokeAccess(file, user, localRunner, signal);
    assert.doesNotMatch(users(), new RegExp(`${user}`));
    for (const gone of [join(dir, 'gone'), join(file, 'its-folder-is-a-file-now')])
      await revokeAccess(gone, user, localRunner, signal);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
