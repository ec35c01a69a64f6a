import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Repository } from './fixtures/git.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const archive = imageArchive('busybox');
const timeoutMs = 600_000;

const vm = (name: string, spec: object = {}): string =>
  JSON.stringify({
    apiVersion: 'ignite.weave.works/v1',
    kind: 'VM',
    metadata: { name },
    spec: { image: { oci: `oci-archive:${archive}` }, power: 'Stopped', ...spec },
  });

const ofGitops = (kind: string, name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'gitops.weave.works/v1', kind, metadata: { name }, spec });

const mounted = (source: object): object => ({
  storage: { volumes: [{ name: 'x', ...source }], volumeMounts: [{ name: 'x', mountPath: '/x' }] },
});

describe('a repository with malicious authors', () => {
  let ignite: Ignite;
  let leaks: AsyncDisposable;
  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.openWithKernel(186);
    await ignite.ok('image', 'import', `oci-archive:${archive}`);
  });
  after(async () => {
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  /** Runs the service, which is ended as systemd would end it. */
  function serve(...args: readonly string[]): AsyncDisposable {
    const program = join(import.meta.dirname, '../../bin/ignite');
    const child = spawn(program, ['gitops', ...args], { env: ignite.env, stdio: 'ignore' });
    const closed = once(child, 'close');
    return {
      [Symbol.asyncDispose]: async () => {
        const unheard = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
        child.kill('SIGTERM');
        assert.deepEqual(await closed, [0, null], 'SIGTERM was heard');
        clearTimeout(unheard);
      },
    };
  }

  const vms = async (): Promise<readonly string[]> =>
    (await ignite.ok('ps', '-a', '--format', '{{.metadata.name}}')).split('\n').filter(Boolean).sort();

  /** Returns the names of the objects of a kind. */
  const named = async (kind: string): Promise<readonly string[]> => {
    const list = JSON.parse(await ignite.ok('get', kind, '-o', 'json')) as {
      items: readonly { metadata: { name: string } }[];
    };
    return list.items.map(({ metadata }) => metadata.name);
  };

  test('it is given nothing of the host that its Sync does not allow, and brings no other sources', async () => {
    const share = join(ignite.dir, 'share');
    mkdirSync(share);
    symlinkSync('/etc', join(share, 'link'));
    await ignite.ok('volume', 'create', 'db');
    const repository = new Repository(ignite.dir, 'ill');
    const refused: Readonly<Record<string, object>> = {
      root: mounted({ hostPath: { path: '/' } }),
      beside: mounted({ hostPath: { path: `${share}-other` } }),
      link: mounted({ hostPath: { path: `${share}/link` } }),
      disk: { storage: { volumes: [{ name: 'x', blockDevice: { path: '/dev/sda' } }] } },
      file: { storage: { volumes: [{ name: 'x', file: { path: '/srv/x.img', size: '16MB' } }] } },
      stolen: mounted({ volume: { name: 'db' } }),
      shadow: { copyFiles: [{ hostPath: '/etc/shadow', vmPath: '/shadow' }] },
      key: { ssh: '/root/.ssh/id_rsa.pub' },
      archive: { image: { oci: 'oci-archive:/root/backup.tar' } },
      daemon: { image: { oci: 'docker-daemon:private:latest' } },
      port: { network: { ports: [{ hostPort: 22, vmPort: 22 }] } },
      lan: { network: { name: 'lan' } },
    };
    const loot = { url: 'https://localhost:1/x.git', auth: { passwordFile: '/etc/shadow' } };
    repository.push({
      ...Object.fromEntries(
        Object.entries(refused).map(([name, spec]) => [`${name}.json`, vm(`ill-${name}`, spec)]),
      ),
      'loot.json': ofGitops('GitSource', 'loot', loot),
      'sync.json': ofGitops('Sync', 'loot', { source: { directory: '/etc' }, allow: { hostPaths: ['/'] } }),
      // The Sync declares itself with another policy.
      'self.json': ofGitops('Sync', 'ill', { source: { gitSource: 'ill' }, allow: { hostPaths: ['/'] } }),
      'good.json': vm('good', mounted({ hostPath: { path: share } })),
      'own.json': vm('own', mounted({ volume: { name: 'own' } })),
      'volume.json': JSON.stringify({
        apiVersion: 'ignite.weave.works/v1',
        kind: 'Volume',
        metadata: { name: 'own' },
        spec: { size: '16MB' },
      }),
    });
    const flags = ['--interval', '500ms', '--allow-file', archive, '--allow-path', share];
    {
      await using _service = serve(repository.url, ...flags);
      await until('it was refused', async () => /NotAllowed/.test(await ignite.ok('gitops', 'status')));
    }
    assert.deepEqual(await vms(), ['good', 'own']);
    assert.deepEqual([await named('gitsources'), await named('syncs')], [['ill'], ['ill']]);
    const status = await ignite.ok('gitops', 'status');
    for (const name of Object.keys(refused))
      assert.match(
        status,
        new RegExp(
          `VM/ill-${name} +Refused +\\S+ +spec\\.[\\w.]+: not allowed by spec\\.allow\\.\\w+ of the Sync`,
        ),
      );
    assert.match(status, /GitSource\/loot +Refused .*objects of kind GitSource are not allowed/);
    assert.match(status, /Sync\/ill +Refused .*objects of kind Sync are not allowed/);
    const diff = await ignite.run('gitops', 'diff');
    assert.equal(diff.code, 1, diff.stderr);
    assert.match(
      diff.stdout,
      /^! VM\/ill-shadow: spec.copyFiles: not allowed by spec.allow.files of the Sync: \/etc\/shadow$/m,
    );
    const reconciled = await ignite.run('gitops', 'reconcile');
    assert.equal(reconciled.code, 1, reconciled.stderr);
    assert.match(reconciled.stdout, /^ill: NotAllowed: .* not allowed$/m);
    assert.match(await ignite.ok('gitops', 'events', 'vm/ill-shadow'), /Warning +NotAllowed/);

    // A Sync that may bring sources gives them, and itself, no more than it has.
    {
      const kinds = ['VM', 'Volume', 'GitSource', 'Sync'].flatMap((kind) => ['--allow-kind', kind]);
      await using _service = serve(repository.url, ...flags, ...kinds, '--allow-object', 'GitSource/ill');
      await until('its Syncs were refused for what they allow', async () =>
        /Sync\/ill +Refused (?!.*objects of kind).*spec\.allow/.test(await ignite.ok('gitops', 'status')),
      );
    }
    const after = await ignite.ok('gitops', 'status');
    assert.match(after, /Sync\/loot +Refused .*spec\.source: not allowed .*: \/etc/);
    assert.match(after, /GitSource\/loot +Refused .*spec\.auth\.passwordFile: not allowed .*: \/etc\/shadow/);
    assert.deepEqual([await named('gitsources'), await named('syncs')], [['ill'], ['ill']]);
    await ignite.ok('delete', 'sync/ill', 'gitsource/ill');
  });

  test('it holds up neither other sources nor signals, however much there is to be read', async () => {
    const bomb = new Repository(ignite.dir, 'bomb');
    const level = (at: number): string => `${'d/'.repeat(at)}kustomization.yaml`;
    const many = JSON.stringify(Array.from({ length: 40 }, () => 'd'));
    bomb.push({
      ...Object.fromEntries(Array.from({ length: 10 }, (_, at) => [level(at), `resources: ${many}\n`])),
      [`${'d/'.repeat(10)}vm.json`]: vm('bombed'),
    });
    const heavy = new Repository(ignite.dir, 'heavy');
    const text = '- a\n'.repeat(2 ** 18 - 1);
    heavy.push(Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`${at}.yaml`, text])));
    const light = new Repository(ignite.dir, 'light');
    light.push({ 'light.json': vm('light') });
    const file = join(ignite.dir, 'declared.yaml');
    const declare = async (repository: Repository, name: string): Promise<void> => {
      const spec = { source: { gitSource: name }, interval: '500ms', allow: { files: [archive] } };
      writeFileSync(
        file,
        `${ofGitops('GitSource', name, { url: repository.url })}\n---\n${ofGitops('Sync', name, spec)}\n`,
      );
      await ignite.ok('apply', '-f', file);
    };
    await declare(bomb, 'bomb');
    await declare(heavy, 'heavy');
    {
      await using _service = serve();
      await until('the bomb was refused', async () =>
        /kustomization.yaml: "d" is named twice/.test(await ignite.ok('gitops', 'status')),
      );
      await declare(light, 'light');
      await until('another source was synced', async () => (await vms()).includes('light'));
    }
    assert.doesNotMatch((await vms()).join(), /bombed/);
  });
});
