import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Repository, startHttpsServer, startSshServer } from './fixtures/git.ts';
import { Ignite } from './fixtures/ignite.ts';
import { startRegistry } from './fixtures/registry.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { allowed, image, livesAsGitSays, serve, vm } from './shared/life-in-git.ts';

describe('gitops', () => {
  let ignite: Ignite;
  let leaks: AsyncDisposable;
  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.openWithKernel(111);
    await ignite.ok('image', 'import', image);
  });
  after(async () => {
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  test('a VM lives as Git says: made, changed, repaired, reported and removed', () => livesAsGitSays(ignite));

  test('over ssh and https, with keys and passwords in files; what fails says why and loses nothing', async () => {
    const repository = new Repository(ignite.dir, 'remote');
    repository.push({ 'a.yaml': vm('remote', 'power: Stopped') });
    await ignite.ok('delete', 'sync/vms', 'gitsource/vms');
    {
      await using sshd = await startSshServer(ignite.dir);
      const url = `ssh://root@127.0.0.1:${sshd.port}${repository.url}`;
      const keys = ['--identity-file', sshd.identityFile, '--hosts-file', sshd.knownHostsFile];
      await using _service = serve(ignite, 'gitops', url, '--interval', '500ms', ...keys);
      await until(
        'it is made',
        async () => (await ignite.ok('ps', '-a', '--format', '{{.metadata.name}}')) === 'remote\n',
      );
      await until(
        'status arrives',
        () => repository.show('ignite-status', `${nodeName()}/remote/sync.yaml`) !== '',
      );
    }
    {
      await using sshd = await startSshServer(await subdirectory(ignite.dir, 'other-host'));
      const url = `ssh://root@127.0.0.1:${sshd.port}${repository.url}`;
      const unknown = join(ignite.dir, 'unknown_hosts');
      writeFileSync(unknown, '');
      const keys = ['--identity-file', sshd.identityFile, '--hosts-file', unknown];
      await using _service = serve(ignite, 'gitops', url, '--interval', '500ms', ...keys);
      await until('the key is refused', async () =>
        /the host key of the server is not in the known hosts file/.test(await ignite.ok('gitops', 'status')),
      );
    }
    const credentials = { username: 'me', password: 'sécret "$(id)"' };
    await using server = await startHttpsServer(ignite.dir, ignite.dir, credentials);
    const url = `https://localhost:${server.port}/remote.git`;
    const passwordFile = join(ignite.dir, 'password');
    writeFileSync(passwordFile, 'wrong');
    const options = [
      '--https-username',
      'me',
      '--https-password-file',
      passwordFile,
      '--ca-file',
      server.caFile,
    ];
    const patience = ['--interval', '500ms', '--timeout', '20s'];
    await using _service = serve(ignite, 'gitops', url, ...patience, ...options);
    const says = (text: RegExp) => async () => text.test(await ignite.ok('gitops', 'status'));
    await until('it is refused', says(/the server rejected the credentials/));
    writeFileSync(passwordFile, `${credentials.password}\n`);
    await until('it is let in', says(/remote +True/));
    server.mood = 'slow';
    await until('it is given up', says(/did not answer within 20 s/));
    server.mood = 'truncate';
    repository.push({ 'a.yaml': vm('remote', 'power: Stopped', '  labels: {seen: "yes"}\n') });
    await until('a cut pack is noticed', says(/cannot be fetched/));
    server.mood = 'down';
    await until('a dead server is noticed', says(/cannot be fetched/));
    assert.equal(await ignite.ok('ps', '-a', '--format', '{{.metadata.name}}'), 'remote\n');
    server.mood = 'well';
    await ignite.ok('gitops', 'reconcile');
    assert.match(await ignite.ok('inspect', 'remote'), /"seen": "yes"/);
    assert.doesNotMatch(readFileSync(join(ignite.dir, 'data/state.db'), 'latin1'), /sécret/);
  });

  test('two hosts share a repository, each by a path and a selector, and both report', async () => {
    const repository = new Repository(ignite.dir, 'shared');
    const selected = '  annotations: {gitops.weave.works/node-selector: "disk=ssd"}\n';
    repository.push({
      'hosts/one/kustomization.yaml': 'resources: [../../base, vm.yaml]\ncommonLabels: {host: one}\n',
      'hosts/one/vm.yaml': vm('first', 'power: Stopped'),
      'hosts/two/kustomization.yaml': 'resources: [../../base]\ncommonLabels: {host: two}\n',
      'base/vm.yaml': vm('everywhere', 'power: Stopped'),
      'base/fast.yaml': vm('fast', 'power: Stopped', selected),
    });
    await using other = await Ignite.openWithKernel(112);
    await other.ok('image', 'import', image);
    const options = ['--interval', '500ms', '--name', 'shared'];
    await using _one = serve(
      ignite,
      'gitops',
      repository.url,
      '--path',
      'hosts/one',
      '--node-label',
      'hostname=one',
      ...options,
    );
    await using _two = serve(
      other,
      'gitops',
      repository.url,
      '--path',
      'hosts/two',
      '--node-label',
      'hostname=two',
      '--node-label',
      'disk=ssd',
      ...options,
    );
    const names = async (host: Ignite, label: string) =>
      (await host.ok('ps', '-a', '--filter', `label=host=${label}`, '--format', '{{.metadata.name}}'))
        .trim()
        .split('\n')
        .sort();
    await until('one has its own', async () => (await names(ignite, 'one')).join() === 'everywhere,first');
    await until('two has its own', async () => (await names(other, 'two')).join() === 'everywhere,fast');
    await until(
      'both report',
      () =>
        ['one', 'two'].every((host) =>
          /status: "True"/.test(repository.show('ignite-status', `${host}/shared/sync.yaml`)),
        ) && repository.show('ignite-status', 'two/shared/default/VM/fast.yaml') !== '',
    );
  });

  test('manifests of a folder: what is written there is done, what goes is undone, and a daemon that was down catches up', async () => {
    const folder = await subdirectory(ignite.dir, 'manifests');
    await ignite.ok('delete', 'sync/remote', 'sync/shared');
    writeFileSync(join(folder, 'a.yaml'), vm('folder-a', 'power: Stopped'));
    writeFileSync(join(folder, 'b.yaml'), vm('folder-b', 'power: Stopped'));
    const names = async () =>
      (await ignite.ok('ps', '-a', '--filter', 'name=~folder', '--format', '{{.metadata.name}}')).trim();
    {
      await using _daemon = serve(ignite, 'daemon', '--manifests', folder, '--interval', '1h');
      await until('both are there', async () => (await names()) === 'folder-a\nfolder-b');
    }
    rmSync(join(folder, 'a.yaml'));
    writeFileSync(join(folder, 'pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n');
    const flags = ['--manifests', folder, '--interval', '1h', '--ignore-unknown-kinds'];
    await using _daemon = serve(ignite, 'daemon', ...flags);
    await until('what went meanwhile is gone', async () => (await names()) === 'folder-b');
    writeFileSync(join(folder, 'c.yaml'), vm('folder-c', 'power: Stopped'));
    await until('what comes is made', async () => (await names()) === 'folder-b\nfolder-c');
    // The event, and then the metrics, come after what was made.
    await until('an event tells of it', async () =>
      /Normal +Created +VM\/folder-c +at directory@/.test(await ignite.ok('gitops', 'events', 'vm/folder-c')),
    );
    const metrics = (): string =>
      execFileSync(
        'curl',
        ['-s', '--unix-socket', join(ignite.dir, 'run/daemon.sock'), 'http://localhost/metrics'],
        { encoding: 'utf8' },
      );
    for (const line of [
      /^gitops_sync_objects\{sync="manifests",state="Synced"\} 2$/m,
      /^gitops_reconcile_total\{controller="sync",outcome="success"\} \d+$/m,
    ])
      await until(`the metrics have ${String(line)}`, () => line.test(metrics()));
  });

  test('a forge that tells of a push is heard at once, if it knows the secret', async () => {
    const repository = new Repository(ignite.dir, 'hooked');
    repository.push({ 'a.yaml': vm('hooked-a', 'power: Stopped') });
    const secretFile = join(ignite.dir, 'webhook-secret');
    writeFileSync(secretFile, 'shared\n');
    const webhook = ['--webhook-listen', '127.0.0.1:19292', '--webhook-secret-file', secretFile];
    await using _service = serve(ignite, 'gitops', repository.url, '--interval', '1h', ...webhook);
    const names = async () =>
      (await ignite.ok('ps', '-a', '--filter', 'name=~hooked', '--format', '{{.metadata.name}}')).trim();
    await until('it is made', async () => (await names()) === 'hooked-a');
    repository.push({ 'b.yaml': vm('hooked-b', 'power: Stopped') });
    const tell = async (secret: string): Promise<number> => {
      const body = '{"ref":"refs/heads/main"}';
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const headers = { 'x-hub-signature-256': signature };
      return (await fetch('http://127.0.0.1:19292/hooks/hooked', { method: 'POST', body, headers })).status;
    };
    assert.equal(await tell('guessed'), 401);
    assert.equal(await tell('shared'), 202);
    await until('what was pushed is made', async () => (await names()) === 'hooked-a\nhooked-b');
  });

  test('sources declared as objects; newer images come by a commit that changes nothing but the tag', async () => {
    await using registry = await startRegistry();
    registry.push(image, 'app:1.0.0');
    registry.push(image, 'app:1.1.0');
    registry.push(image, 'app:2.0.0');
    const repository = new Repository(ignite.dir, 'declared');
    const app = vm('app', 'power: Stopped', '  annotations: {gitops.weave.works/replace: allowed}\n');
    const manifest = app.replace(image, `${registry.host}/app:1.0.0`);
    repository.push({ 'vms/app.yaml': manifest });
    const declared = join(ignite.dir, 'declared.yaml');
    writeFileSync(
      declared,
      `apiVersion: gitops.weave.works/v1
kind: GitSource
metadata: {name: declared}
spec: {url: ${repository.url}}
---
apiVersion: gitops.weave.works/v1
kind: Sync
metadata: {name: declared}
spec:
  source: {gitSource: declared}
  path: vms
  interval: 500ms
  imageUpdates:
    branch: main
    interval: 1s
    images:
      - {repository: "${registry.host}/app", semver: 1.x}
`,
    );
    assert.equal(
      await ignite.ok('apply', '-f', declared).then((text) => text.match(/ applied$/gm)?.length),
      2,
    );
    assert.match(await ignite.ok('get', 'syncs'), /Sync +declared +False/);
    await using _service = serve(ignite, 'gitops');
    const uses = async () =>
      (await ignite.run('inspect', 'app', '--format', '{{.spec.image.oci}}')).stdout.trim();
    await until('it uses the newer image', async () => (await uses()) === `${registry.host}/app:1.1.0`);
    assert.equal(repository.show('main', 'vms/app.yaml'), manifest.replace('app:1.0.0', 'app:1.1.0'));
    repository.git('fetch', '-q', 'origin', 'main');
    assert.match(
      repository.git('log', '-1', '--format=%B', 'FETCH_HEAD'),
      /Update images\n\nVM\/app: .*app:1.0.0 → .*app:1.1.0/,
    );
  });

  test('a service that is killed again and again ends where one that was not does', async () => {
    const repository = new Repository(ignite.dir, 'killed');
    const all = Array.from({ length: 12 }, (_, at) => `k${String(at).padStart(2, '0')}`);
    const files = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [`${name}.yaml`, vm(name, 'power: Stopped')]));
    repository.push(files(all));
    const args = ['gitops', repository.url, '--interval', '500ms', '--name', 'killed', ...allowed];
    for (const afterMs of [300, 450, 600, 800, 1_000, 1_300]) {
      const service = ignite.start(args);
      await delay(afterMs);
      service.kill();
      await service.ended;
    }
    const gone = all.filter((_, at) => at % 3 === 0);
    repository.push(Object.fromEntries(gone.map((name) => [`${name}.yaml`, undefined])));
    const names = async () =>
      (await ignite.ok('ps', '-a', '--filter', 'name=~k', '--format', '{{.metadata.name}}'))
        .split('\n')
        .filter((name) => /^k\d/.test(name));
    await using _service = serve(ignite, ...args);
    await until(
      'all is as the repository says',
      async () => (await names()).join() === all.filter((name) => !gone.includes(name)).join(),
    );
  });
});

async function subdirectory(dir: string, name: string): Promise<string> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(dir, name), { recursive: true });
  return join(dir, name);
}

function nodeName(): string {
  return readFileSync('/proc/sys/kernel/hostname', 'utf8').trim().toLowerCase().split('.')[0]!;
}
