import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Repository } from '../fixtures/git.ts';
import type { Ignite, Result } from '../fixtures/ignite.ts';
import { imageArchive } from '../fixtures/images.ts';

const archive = imageArchive('busybox');
export const image = `oci-archive:${archive}`;
/** The flags that allow the file of this host that the manifests name. */
export const allowed = ['--allow-file', archive];
export const vm = (name: string, fields = 'memory: 128MB', metadata = ''): string =>
  `apiVersion: ignite.weave.works/v1
kind: VM # keep this comment
metadata:
  name: ${name}
${metadata}spec:
  image: {oci: "${image}"}
  command: [sleep, "100000"]
  ${fields}
`;

/** Runs the service, which is stopped as a person would stop it. */
export function serve(
  ignite: Ignite,
  ...args: readonly string[]
): AsyncDisposable & { readonly ended: Promise<Result> } {
  const { interrupt, ended } = ignite.start([...args, ...allowed]);
  return {
    ended,
    [Symbol.asyncDispose]: async () => {
      interrupt();
      const { code, stderr } = await ended;
      assert.equal(code, 0, stderr);
    },
  };
}

const field = async (ignite: Ignite, vm: string, template: string): Promise<string> =>
  (await ignite.ok('inspect', vm, '--format', `{{${template}}}`)).trim();

const running = async (ignite: Ignite): Promise<readonly string[]> =>
  (await ignite.ok('ps', '--format', '{{.metadata.name}}')).split('\n').filter(Boolean).sort();

/** A VM is made, changed, repaired, reported and removed as Git says. */
export async function livesAsGitSays(ignite: Ignite): Promise<void> {
  const repository = new Repository(ignite.dir);
  repository.push({ 'vms/web.yaml': vm('web') });
  await using _service = serve(
    ignite,
    'gitops',
    repository.url,
    '--path',
    'vms',
    '--interval',
    '500ms',
    '--node-label',
    'hostname=one',
  );
  await until('it runs', async () => (await running(ignite)).includes('web'));
  await until('it is well', async () => /vms +True/.test(await ignite.ok('gitops', 'status')));
  repository.push({ 'vms/broken.yaml': 'kind: VM\n' });
  await until('the broken one is seen', async () =>
    /InvalidManifests/.test(await ignite.ok('gitops', 'status')),
  );
  const status = await ignite.ok('gitops', 'status');
  assert.match(status, /broken.yaml:1:1: apiVersion: field "apiVersion" is required/);
  assert.match(status, /VM\/web +Synced +Healthy/);

  // The memory is edited: the plan announces the change, and then the VM has it.
  await ignite.ok('gitops', 'suspend');
  repository.push({ 'vms/web.yaml': vm('web', 'memory: 160MB'), 'vms/broken.yaml': undefined });
  const planned = await ignite.run('gitops', 'diff');
  assert.equal(planned.code, 1, planned.stderr);
  assert.match(planned.stdout, /~ VM\/web: changed with a restart\n {4}spec.memory {3}128MB → 160MB/);
  const memory = () => ignite.ok('inspect', 'web', '--format', '{{.spec.memory}} {{.status.phase}}');
  assert.match(await memory(), /^128MB Running/);
  await ignite.ok('gitops', 'resume');
  await until('it has more memory', async () => (await memory()) === '160MB Running\n');

  // The Sync is rolled back, and then resumed.
  assert.match(await ignite.ok('gitops', 'rollback', 'vms'), /^vms rolled back\n$/);
  await until('it is as it was', async () => (await memory()) === '128MB Running\n');
  await ignite.ok('gitops', 'resume');
  await until('it is as it is to be', async () => (await memory()) === '160MB Running\n');

  // The VMM is killed, and then the VM is stopped by hand: each time it is started again.
  const pid = async () => (await ignite.processesOf('web')).vmm?.pid;
  const first = await pid();
  process.kill(Number(first), 'SIGKILL');
  await until(
    'another VMM runs',
    async () => (await running(ignite)).includes('web') && (await pid()) !== first,
  );
  await ignite.ok('stop', 'web');
  await until('it runs again', async () => (await running(ignite)).includes('web'));

  // The disk is lost: this is noticed, and the VM gets another one.
  await ignite.ok('gitops', 'suspend');
  await ignite.ok('stop', 'web');
  const disk = join(ignite.dir, 'data/vms', await field(ignite, 'web', '.metadata.uid'), 'root.qcow2');
  rmSync(disk);
  assert.match((await ignite.run('gitops', 'diff')).stdout, /\(drifted\)\n[^]*spec.diskSize +\(none\) → 4GB/);
  await ignite.ok('gitops', 'resume');
  await until(
    'it has a disk and runs',
    async () => existsSync(disk) && (await running(ignite)).includes('web'),
  );

  // The status is on a branch of its own, and nobody has changed the branch with the manifests.
  await until('the status is pushed', () =>
    /phase: Running/.test(repository.show('ignite-status', 'one/vms/default/VM/web.yaml')),
  );
  await until('it says that all is well', () =>
    /type: Ready\n.*status: "True"/.test(repository.show('ignite-status', 'one/vms/sync.yaml')),
  );
  assert.equal(
    repository.git('ls-remote', 'origin', 'main').slice(0, 40),
    repository.git('rev-parse', 'HEAD'),
  );
  assert.match(repository.show('main', 'vms/web.yaml'), /# keep this comment/);

  // Whoever removes the only manifest means it. Removing three at once is held until someone confirms it.
  repository.push({ 'vms/web.yaml': undefined, 'README.md': 'nothing' });
  await until('it is gone', async () => (await ignite.ok('ps', '-a', '-q')) === '');
  const three = ['a', 'b', 'c'].map((name) => [`vms/${name}.yaml`, vm(name, 'power: Stopped')] as const);
  const made = async () => (await ignite.ok('ps', '-a', '--format', '{{.metadata.name}}')).trim();
  repository.push(Object.fromEntries(three));
  await until('three are made', async () => (await made()) === 'a\nb\nc');
  repository.push(Object.fromEntries(three.map(([path]) => [path, undefined])));
  await until('it is held', async () => /the revision is empty/.test(await ignite.ok('gitops', 'status')));
  assert.equal(await made(), 'a\nb\nc');
  await ignite.ok('gitops', 'confirm');
  await until('they are gone', async () => (await made()) === '');
  assert.match(await ignite.ok('gitops', 'history'), /Succeeded/);
  assert.match(
    (await ignite.run('gitops', repository.url)).stderr,
    /another process is already keeping this host in sync/,
  );
}
