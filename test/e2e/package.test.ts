import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Repository } from './fixtures/git.ts';

const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'ignite-package-'));
after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));

test('the package that npm packs can be installed by itself, and runs', () => {
  const manifest = join(root, 'packages/cli/package.json');
  const before = readFileSync(manifest, 'utf8');
  execFileSync('npm', ['pack', '--silent', '--workspace', 'packages/cli', '--pack-destination', dir], {
    cwd: root,
  });
  const [archive] = readdirSync(dir);
  assert.equal(readFileSync(manifest, 'utf8'), before);
  const args = [
    'install',
    '--global',
    '--silent',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefix',
    dir,
    join(dir, archive!),
  ];
  execFileSync('npm', args, { cwd: dir });
  let { env } = process;
  const ignite = (...words: readonly string[]): string =>
    execFileSync(join(dir, 'bin/ignite'), words, {
      encoding: 'utf8',
      env: { ...env, IGNITE_DATA_DIR: join(dir, 'data'), IGNITE_RUN_DIR: join(dir, 'run') },
    });
  assert.match(ignite('version'), /^Ignite version: \d+\.\d+\.\d+ \(Node v26\./);
  assert.match(ignite('ps'), /^VM ID +IMAGE/);
  env = { ...env, PATH: '/usr/bin:/bin' }; // as root has it after su(1); mke2fs is in /usr/sbin
  assert.match(ignite('volume', 'create', 'v', '-q'), /^[0-9a-f]{16}\n$/);
  const manual = (page: string): string =>
    execFileSync('man', ['-M', join(dir, 'share/man'), page], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
  assert.match(manual('ignite-run'), /ignite run \[IMAGE\][^]*--memory SIZE/);
  assert.match(manual('ignited'), /ignited\s+gitops/);
  assert.ok(readdirSync(join(dir, 'lib/node_modules/@ignite/cli/dist/guest')).includes('init'));
});

test('the toolkit can be packed by itself, and its example becomes Git-backed with it', async () => {
  const home = mkdtempSync(join(dir, 'garden-'));
  execFileSync('npm', ['pack', '--silent', '--workspace', 'packages/toolkit', '--pack-destination', home], {
    cwd: root,
  });
  assert.equal(
    execFileSync('git', ['status', '--porcelain', 'packages/toolkit/package.json'], { cwd: root }).length,
    0,
  );
  const [archive] = readdirSync(home);
  const install = ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', home];
  execFileSync('npm', [...install, join(home, archive!)], { cwd: home });
  const source = readFileSync(join(root, 'examples/garden/garden.ts'), 'utf8');
  assert.ok(source.split('\n').length < 80);
  writeFileSync(join(home, 'garden.ts'), source);
  const repository = new Repository(home, 'garden');
  const pot = (litres: number) =>
    `apiVersion: garden.example/v1\nkind: Pot\nmetadata: {name: mint}\nspec: {plant: mint, litres: ${litres}}\n`;
  repository.push({ 'mint.yaml': pot(3) });
  const app = spawn(process.execPath, ['garden.ts', repository.url, join(home, 'data')], {
    cwd: home,
    stdio: 'ignore',
  });
  const ended = once(app, 'exit');
  try {
    const status = async (wanted: RegExp): Promise<void> => {
      for (
        let tries = 0;
        !wanted.test(repository.show('garden-status', 'garden/garden/default/Pot/mint.yaml'));
        tries += 1
      ) {
        assert.ok(tries < 3_000, 'it never came true');
        await delay(200);
      }
    };
    await status(/litres: 3/);
    repository.push({ 'mint.yaml': pot(7) });
    await status(/litres: 7/);
  } finally {
    app.kill('SIGINT');
    const [code] = await ended;
    assert.equal(code, 0);
  }
});
