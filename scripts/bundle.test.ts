import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import { bundleDaemon, bundleProgram } from './bundle.ts';

test('bundleProgram: a listing is told by one file, whatever else the program consists of', async (t) => {
  const dir = await newDir(t);
  const [dist, dataDir] = [join(dir, 'dist'), join(dir, 'data')];
  await bundleProgram(dist);
  for (const file of await readdir(dist))
    if (!/^(ignite|program|rolldown-runtime-.*)\.cjs$/.test(file)) await rm(join(dist, file));
  {
    using store = openSqliteStore(join(dataDir, 'state.db'));
    await store.create({
      apiVersion: 'ignite.weave.works/v1',
      kind: 'VM',
      metadata: { name: 'one', uid: newUid() },
      spec: {
        image: { oci: 'debian:12' },
        kernel: {},
        cpus: 1,
        memory: 1,
        diskSize: 1,
        network: { ports: [] },
        power: 'Stopped',
      },
      status: { phase: 'Created' },
    });
  }
  const ps = (...flags: string[]): string =>
    execFileSync(process.execPath, [join(dist, 'ignite.cjs'), 'ps', ...flags], {
      env: { IGNITE_DATA_DIR: dataDir },
      encoding: 'utf8',
    });
  assert.match(ps('-a'), /debian:12 .* one$/m);
  assert.match(ps('-aq'), /^[0-9a-f]{16}$/m);
});

test('bundleProgram: compiled code is kept where only its user can write, and not below /tmp', async (t) => {
  const dir = await newDir(t);
  const [dist, tmp, home] = [join(dir, 'dist'), join(dir, 'tmp'), join(dir, 'home')];
  await bundleProgram(dist);
  await mkdir(tmp);
  const nobody = 65_534;
  await mkdir(home);
  await chown(home, nobody, nobody);
  await chmod(dir, 0o755);
  for (const user of [{}, { uid: nobody, gid: nobody }])
    execFileSync(process.execPath, [join(dist, 'ignite.cjs'), 'version'], {
      ...user,
      cwd: '/',
      env: { TMPDIR: tmp, HOME: home },
    });
  assert.deepEqual(await readdir(tmp), []);
  const kept = await stat(join(home, '.cache/ignite/compiled'));
  assert.equal(`${kept.uid} ${(kept.mode & 0o777).toString(8)}`, `${nobody} 755`);
});

test('bundleProgram: who neither writes nor reads a manifest waits for no YAML', async (t) => {
  const dir = await newDir(t);
  const dist = join(dir, 'dist');
  await bundleProgram(dist);
  const files = await readdir(dist);
  for (const scripts of ['guest', 'host'])
    await symlink(join(import.meta.dirname, '..', scripts), join(dist, scripts));
  const hasYaml = async (file: string): Promise<boolean> =>
    (await readFile(join(dist, file), 'utf8')).includes('tag:yaml.org,2002:');
  const yaml = await Promise.all(files.map(hasYaml));
  assert.ok(yaml.includes(true));
  for (const [at, file] of files.entries()) if (yaml[at]) await rm(join(dist, file));
  const run = (...words: string[]) => {
    const env = { IGNITE_DATA_DIR: join(dir, 'data'), IGNITE_RUN_DIR: join(dir, 'run') };
    return spawnSync(process.execPath, [join(dist, 'ignite.cjs'), ...words], { env, encoding: 'utf8' });
  };
  assert.match(run('images').stdout, /^IMAGE ID/);
  for (const words of [['stop'], ['logs'], ['exec', 'true']])
    assert.match(run(words[0]!, 'nope', ...words.slice(1)).stderr, /there is no VM .* "nope"|requires root/);
});

test('bundleProgram: the worker that reads sources runs no command line', async (t) => {
  const dist = await newDir(t);
  await bundleProgram(dist);
  const job = { kind: 'decode', input: { files: [], path: '', unknownKinds: 'refuse' } };
  const line = `new (require('node:worker_threads').Worker)(process.argv[1], { workerData: ${JSON.stringify(job)} })
    .once('message', (answer) => console.log(JSON.stringify(answer)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', line, join(dist, 'source-worker.cjs')], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr], ['{"output":[]}\n', '']);
});

test('bundleDaemon: it is one file, a program of its own', async (t) => {
  const dist = await newDir(t);
  await bundleDaemon(dist);
  assert.deepEqual(await readdir(dist), ['daemon-program.cjs', 'ignited.cjs']);
  const { status, stderr } = spawnSync(process.execPath, [join(dist, 'ignited.cjs'), '--nope'], {
    encoding: 'utf8',
  });
  assert.match(stderr, /^error: .*--nope.*\nhint: /);
  assert.equal(status, 2);
});

async function newDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bundle-test-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}
