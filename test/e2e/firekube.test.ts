import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { componentArchive, findClusterPrograms, nodeImageArchive } from './fixtures/cluster-images.ts';
import { Repository } from './fixtures/git.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

/** The example of a repository that holds a cluster and what runs in it, from the push to the end. */

const version = 'v1.35.4';
const isLong = process.env['IGNITE_LONG_STORIES'] !== undefined;
const waitMs = isLong ? 1_800_000 : 600_000;
const run = promisify(execFile);
const example = join(import.meta.dirname, '../../examples/firekube');
const read = (path: string): string =>
  readFileSync(join(example, path), 'utf8').replaceAll('interval: 10s', 'interval: 1s');

const programs = await findClusterPrograms();
const skip = programs instanceof CannotBuild ? programs.message : false;

describe('Firekube', { skip }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let daemon: Started;
  let repository: Repository;

  const program = (): string => (programs instanceof CannotBuild ? '' : programs.get('kubectl')!);
  const kubectl = async (...words: readonly string[]): Promise<string> =>
    (await run(program(), ['--kubeconfig', join(ignite.dir, 'kubeconfig'), ...words])).stdout;
  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + waitMs; ; await delay(500)) {
      if (await holds().catch(() => false)) return;
      if (Date.now() > end) assert.fail(`${what}: ${await ignite.ok('gitops', 'status')}${daemon.told()}`);
    }
  }
  const ready = async (sync: string): Promise<boolean> => {
    const found = await ignite.ok('get', 'sync', sync, '-o', 'json');
    const { status } = JSON.parse(found) as {
      readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
    };
    return status.conditions.some((each) => each.type === 'Ready' && each.status === 'True');
  };

  before(async () => {
    leaks = watchLeaks();
    ignite = isLong ? await Ignite.openWithKernel(41) : await Ignite.open(41);
    assert.ok(!(programs instanceof CannotBuild));
    await ignite.ok('image', 'load', '-i', componentArchive(version, programs));
    if (isLong) {
      const archive = `oci-archive:${nodeImageArchive(version, programs)}`;
      const id = /ID "([0-9a-f]+)"/.exec(await ignite.ok('image', 'import', archive))![1]!;
      await ignite.ok('tag', id, `ignite-kubernetes:${version}`);
    }
    repository = new Repository(ignite.dir, 'firekube');
    daemon = ignite.start(['daemon', '--api', '--clusters']);
  });
  after(async () => {
    await ignite.run('cluster', 'delete', 'prod');
    daemon.terminate();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  test('a push makes a cluster, and what runs in it', async () => {
    const workers = read('repository/host/cluster.yaml');
    const application = read('repository/host/application.yaml');
    repository.push({
      'host/cluster.yaml': isLong ? workers : workers.replace('replicas: 1', 'replicas: 0'),
      // Without a worker nothing runs, so that nobody waits for it.
      'host/application.yaml': isLong ? application : `${application}  wait: false\n`,
      'application/web.yaml': read('repository/application/web.yaml'),
    });
    const bootstrap = join(ignite.dir, 'bootstrap.yaml');
    writeFileSync(
      bootstrap,
      read('bootstrap.yaml').replace('https://example.org/firekube.git', repository.url),
    );
    await ignite.ok('apply', '-f', bootstrap);
    await until('the cluster stands', async () => await ready('firekube'));
    await until('the application is applied', async () => await ready('application'));
    writeFileSync(join(ignite.dir, 'kubeconfig'), await ignite.ok('cluster', 'kubeconfig', 'prod'), {
      mode: 0o600,
    });
    const replicas = ['-n', 'web', 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'];
    assert.equal(await kubectl(...replicas), '2');
    const status = await ignite.ok('gitops', 'status', 'application');
    assert.match(status, /Deployment\.apps\/web\/web +Synced/);
  });

  test('a change is applied, and what is changed by hand is put right', async () => {
    const web = read('repository/application/web.yaml').replace('replicas: 2', 'replicas: 3');
    repository.push({ 'application/web.yaml': web });
    const replicas = async (): Promise<string> =>
      await kubectl('-n', 'web', 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}');
    await until('there are three replicas', async () => (await replicas()) === '3');
    await kubectl('-n', 'web', 'scale', 'deployment', 'web', '--replicas', '1');
    await until('there are three replicas again', async () => (await replicas()) === '3');
    assert.equal((await ignite.run('gitops', 'diff', 'application')).code, 0);
    repository.push({ 'application/web.yaml': web.replace(/---\napiVersion: apps[^]*?\n---/, '---') });
    const deployments = ['-n', 'web', 'get', 'deployments', '-o', 'name'];
    await until('the Deployment is gone', async () => (await kubectl(...deployments)) === '');
  });

  test(
    'the application answers',
    { skip: isLong ? false : 'it takes long: run scripts/test-clusters' },
    async () => {
      repository.push({ 'application/web.yaml': read('repository/application/web.yaml') });
      const available = [
        '-n',
        'web',
        'get',
        'deployment',
        'web',
        '-o',
        'jsonpath={.status.availableReplicas}',
      ];
      await until('it is available', async () => (await kubectl(...available)) === '2');
      // Nothing but a node leads to Pods: a hosted control plane has no route to them.
      const forward = spawn(
        program(),
        ['--kubeconfig', join(ignite.dir, 'kubeconfig'), '-n', 'web', 'port-forward', 'service/web', ':80'],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      try {
        const lines = createInterface(forward.stdout)[Symbol.asyncIterator]();
        const { value } = (await lines.next()) as { readonly value: string };
        const port = /127\.0\.0\.1:(\d+)/.exec(value)?.[1];
        const answer = await fetch(`http://127.0.0.1:${port}/health`, {
          signal: AbortSignal.timeout(120_000),
        });
        assert.equal(await answer.text(), 'OK');
      } finally {
        const ended = once(forward, 'exit');
        forward.kill();
        await ended;
      }
    },
  );

  test('with its manifests, the cluster goes', async () => {
    repository.push({
      'host/cluster.yaml': undefined,
      'host/application.yaml': undefined,
      'host/none.yaml': '',
    });
    await until('it waits for somebody who confirms', async () =>
      (await ignite.ok('gitops', 'status', 'firekube')).includes('confirm that everything may go'),
    );
    await ignite.ok('gitops', 'confirm', 'firekube');
    await until('there is no cluster', async () => !(await ignite.ok('cluster', 'ls')).includes('prod'));
    for (const kind of ['hcp', 'machinedeployment', 'ignitecluster', 'ignitemachinetemplate'])
      await until(`there is no ${kind}`, async () => (await ignite.ok('get', kind, '-q')) === '');
  });
});
