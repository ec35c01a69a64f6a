import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'ignite-package-'));
after(() => rmSync(dir, { recursive: true }));

test('the package that npm packs can be installed by itself, and runs', () => {
  execFileSync('npm', ['pack', '--silent', '--workspace', 'packages/cli', '--pack-destination', dir], {
    cwd: root,
  });
  const [archive] = readdirSync(dir);
  const args = [
    'install',
    '--silent',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefix',
    dir,
    join(dir, archive!),
  ];
  execFileSync('npm', args, { cwd: dir });
  const ignite = (...words: readonly string[]): string =>
    execFileSync(join(dir, 'node_modules/.bin/ignite'), words, {
      encoding: 'utf8',
      env: { ...process.env, IGNITE_DATA_DIR: join(dir, 'data'), IGNITE_RUN_DIR: join(dir, 'run') },
    });
  assert.match(ignite('version'), /^Ignite version: \d+\.\d+\.\d+ \(Node v26\./);
  assert.match(ignite('ps'), /^VM ID +IMAGE/);
  assert.ok(readdirSync(join(dir, 'node_modules/@ignite/cli/dist/guest')).includes('init'));
});
