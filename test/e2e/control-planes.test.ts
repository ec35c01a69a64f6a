import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { type ClusterPrograms, findClusterPrograms, nodeImageArchive } from './fixtures/cluster-images.ts';
import { Ignite } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

/** The story of a cluster whose control plane is in a VM, behind a load balancer of the host: its beginning and its end. */

const version = 'v1.35.4';
const waitMs = 2_400_000;
const timeout = ['--timeout', '40m'];
const run = promisify(execFile);

const skipLong = process.env['IGNITE_LONG_STORIES'] ? false : 'it takes long: run scripts/test-clusters';
const found = skipLong === false ? await findClusterPrograms() : new CannotBuild('');
const programs: ClusterPrograms = found instanceof CannotBuild ? new Map() : found;
const skip = skipLong === false && found instanceof CannotBuild ? found.message : skipLong;

describe('a control plane in VMs', { skip }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;

  before(async () => {
    leaks = watchLeaks();
    const opened = await Ignite.openWithKernel(20);
    ignite = opened.with({ KUBECONFIG: join(opened.dir, 'kubeconfig') });
    const archive = nodeImageArchive(version, programs, 'control-plane');
    const imported = await ignite.ok('image', 'import', `oci-archive:${archive}`);
    await ignite.ok('tag', /ID "([0-9a-f]+)"/.exec(imported)![1]!, `ignite-kubernetes:${version}`);
  });
  after(async () => {
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  const kubectl = async (...words: readonly string[]): Promise<string> =>
    (await run(programs.get('kubectl')!, ['--kubeconfig', join(ignite.dir, 'kubeconfig'), ...words])).stdout;

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + waitMs; ; await delay(2_000)) {
      if (await holds().catch(() => false)) return;
      assert.ok(Date.now() < end, `it did not come to pass: ${what}`);
    }
  }
  const nodes = async (path: string): Promise<string> =>
    (await kubectl('get', 'nodes', '-o', `jsonpath={${path}}`)).trim();
  const readyNodes = async (): Promise<string> =>
    await nodes('.items[*].status.conditions[?(@.type=="Ready")].status');

  test('it comes up, and its node runs the Pods of a cluster without workers', async (t) => {
    const size = ['--workers', '0', '--memory', '2GB', '--disk', '6GB'];
    const beganMs = Date.now();
    const created = await ignite.ok('cluster', 'create', 'dev', '--control-plane', 'vm', ...size, ...timeout);
    t.diagnostic(`minutes until it was ready: ${((Date.now() - beganMs) / 60_000).toFixed(1)}`);
    assert.match(created, /\nCluster "dev" runs Kubernetes v1\.35\.4\n/);
    assert.equal(await readyNodes(), 'True');
    const ready = [
      '-n',
      'kube-system',
      'get',
      'deployment',
      'coredns',
      '-o',
      'jsonpath={.status.readyReplicas}',
    ];
    await until('the DNS of the cluster is ready', async () => Number(await kubectl(...ready)) > 0);
  });

  test('nothing is left when it was deleted', async () => {
    assert.equal(await ignite.ok('cluster', 'delete', 'dev', ...timeout), 'Deleted cluster "dev"\n');
    const left = await ignite.ok('get', '-A', '-o', 'name');
    assert.deepEqual(
      left.split('\n').filter((line) => line !== '' && !/^(image|kernel|host|namespace)\//.test(line)),
      [],
    );
  });
});
