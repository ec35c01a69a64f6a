import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { startRegistry } from './fixtures/registry.ts';

const digestOf = async (ignite: Ignite, name: string): Promise<string> =>
  (JSON.parse(await ignite.ok('inspect', 'image', name)) as { status: { digest: string } }).status.digest;

test('images go to archives and registries and come back the same', async (t) => {
  await using _leaks = watchLeaks();
  await using registry = await startRegistry();
  await using ignite = await Ignite.open(161);
  const at = (name: string): string => join(ignite.dir, name);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('http')}`);
  const digest = await digestOf(ignite, 'busybox:latest');

  await t.test('an image is pushed under its own name or another, and pulled again', async () => {
    const pushed = await ignite.ok('push', 'busybox', `${registry.host}/tools/busybox:1`);
    assert.match(pushed, /^Pushed 127\.0\.0\.1:\d+\/tools\/busybox:1@sha256:[0-9a-f]{64}\n$/);
    await ignite.ok('image', 'import', `${registry.host}/tools/busybox:1`);
    assert.equal(await digestOf(ignite, `${registry.host}/tools/busybox:1`), digest);
    const lost = await ignite.run('push', 'busybox', '127.0.0.1:1/x:1');
    assert.match(lost.stderr, /^error: cannot push "127\.0\.0\.1:1\/x:1": the registry cannot be reached\n/m);
  });

  await t.test('the credentials are those that the configuration names', async () => {
    const configuration = {
      apiVersion: 'ignite.weave.works/v1',
      kind: 'Configuration',
      spec: { registryConfigDir: ignite.dir },
    };
    writeFileSync(at('config.yaml'), JSON.stringify(configuration));
    writeFileSync(at('config.json'), 'no JSON');
    const configured = ignite.with({ IGNITE_CONFIG: at('config.yaml') });
    const { stderr } = await configured.run('push', 'busybox', `${registry.host}/tools/busybox:2`);
    assert.ok(stderr.includes(`error: ${at('config.json')} is not a valid config.json of Docker\n`), stderr);
  });

  await t.test('several images are saved to one OCI archive, which skopeo reads too', async () => {
    await ignite.ok('save', 'busybox', 'http', '-o', at('both.tar'));
    const config = execFileSync('skopeo', [
      'inspect',
      '--config',
      `oci-archive:${at('both.tar')}:http:latest`,
    ]);
    assert.equal(JSON.parse(config.toString()).os, 'linux');
    await ignite.ok('rmi', 'busybox:latest', 'http:latest', `${registry.host}/tools/busybox:1`);
    assert.equal(await ignite.ok('images', '-q'), '');
    const { stdout, stderr } = await ignite.run('load', '-i', at('both.tar'));
    assert.match(stderr, /^Reading the archive\nImporting busybox:latest\n/);
    assert.match(stdout, /^Loaded image "busybox:latest" with ID "[0-9a-f]{16}"\nLoaded image "http:latest"/);
    assert.equal(await digestOf(ignite, 'busybox:latest'), digest);
  });

  await t.test('images are saved and loaded through pipes, in the format of docker save', async () => {
    const saved = await ignite.ok('save', '--format', 'docker', 'busybox', '-o', at('docker.tar'));
    assert.equal(saved, '');
    await ignite.ok('rmi', 'busybox:latest');
    const load = await ignite.start(['load', '-q'], readFileSync(at('docker.tar'))).ended;
    assert.match(load.stdout, /^[0-9a-f]{16}\n$/);
    assert.equal((await ignite.run('save', '--format', 'docker', 'busybox', 'http')).code, 2);
    const piped = await ignite.piped(['save', 'busybox'], ['load']);
    assert.match(piped.stdout, /^Loaded image "busybox:latest"/, piped.stderr);
  });

  await t.test('an image of another architecture does not replace the one of this host', async () => {
    const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
    const layout = at('layout');
    const copy = (from: string, to: string): void =>
      void execFileSync('skopeo', ['copy', '--quiet', '--insecure-policy', from, to]);
    copy(`oci-archive:${imageArchive('busybox')}`, `oci:${layout}:one`);
    execFileSync('umoci', ['config', '--image', `${layout}:one`, '--architecture', other]);
    copy(`oci:${layout}:one`, `oci-archive:${at('other.tar')}:busybox:latest`);
    assert.match(await ignite.ok('load', '-i', at('other.tar')), new RegExp(`"busybox:latest@${other}"`));
    await ignite.ok('save', 'busybox:latest', '-o', at('ours.tar'));
    await ignite.ok('rmi', `busybox:latest@${other}`);
  });

  await t.test('a file that is no archive is refused, and nothing half-made is kept', async () => {
    writeFileSync(at('junk'), 'junk');
    const refused = await ignite.run('load', '-i', at('junk'));
    assert.match(refused.stderr, /^error: not an image archive: .*\nhint: /m);
    assert.equal((await ignite.run('save', 'nothing', '-o', at('never.tar'))).code, 1);
    assert.ok(!existsSync(at('never.tar')));
    assert.deepEqual(readdirSync(join(ignite.dir, 'data/scratch')), []);
  });
});
