import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { claimFolders } from './claim-folders.ts';

const dir = mkdtempSync(join(tmpdir(), 'claim-folders-'));
after(() => rmSync(dir, { recursive: true }));
const modeOf = (path: string): number => statSync(path).mode & 0o7777;

test('claimFolders: what an older Ignite left open is closed, whatever is beside it', () => {
  const paths = { dataDir: join(dir, 'data'), runDir: join(dir, 'run') };
  mkdirSync(join(paths.dataDir, 'images'), { recursive: true, mode: 0o755 });
  mkdirSync(join(paths.dataDir, 'scratch'), { mode: 0o711 });
  mkdirSync(join(dir, 'elsewhere'), { mode: 0o711 });
  symlinkSync(join(dir, 'elsewhere'), join(paths.dataDir, 'volumes'));
  mkdirSync(join(paths.dataDir, 'of-the-administrator'), { mode: 0o755 });
  claimFolders(paths);
  claimFolders(paths);
  const open = readdirSync(paths.dataDir).filter((name) => modeOf(join(paths.dataDir, name)) !== 0o700);
  assert.deepEqual(open, ['network', 'of-the-administrator']);
  assert.equal(modeOf(join(dir, 'elsewhere')), 0o700);
  assert.ok(readdirSync(paths.runDir).every((name) => modeOf(join(paths.runDir, name)) === 0o700));
});

test('claimFolders: a directory that others may write to is nobody to trust', () => {
  const paths = { dataDir: join(dir, 'shared'), runDir: join(dir, 'run') };
  mkdirSync(paths.dataDir);
  chmodSync(paths.dataDir, 0o1777);
  assert.throws(() => claimFolders(paths), { code: 'FOLDER_UNSAFE' });
  assert.deepEqual(readdirSync(paths.dataDir), []);
});
