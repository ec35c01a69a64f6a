import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { assertAnswers } from './fixtures/assert-answers.ts';
import { componentArchive, findClusterPrograms, nodeImageArchive } from './fixtures/cluster-images.ts';
import { Ignite } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { webApplication } from './fixtures/web-application.ts';

/** The story of a template: the first cluster is built, and the next one like it starts from what was kept of that. */

const version = 'v1.35.4';
const waitMs = 1_200_000;
const run = promisify(execFile);
const programs = process.env['IGNITE_LONG_STORIES']
  ? await findClusterPrograms()
  : new CannotBuild('it takes long: run scripts/test-clusters');
const skip = programs instanceof CannotBuild ? programs.message : false;

describe('clusters that start from a template', { skip }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;

  before(async () => {
    leaks = watchLeaks();
    const opened = await Ignite.openWithKernel(60);
    ignite = opened.with({ KUBECONFIG: join(opened.dir, 'kubeconfig') });
    assert.ok(!(programs instanceof CannotBuild));
    await ignite.ok('image', 'load', '-i', componentArchive(version, programs));
    const imported = await ignite.ok('image', 'import', `oci-archive:${nodeImageArchive(version, programs)}`);
    await ignite.ok('tag', /ID "([0-9a-f]+)"/.exec(imported)![1]!, `ignite-kubernetes:${version}`);
  });
  after(async () => {
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  const program = programs instanceof CannotBuild ? '' : programs.get('kubectl')!;
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    HOME: ignite.dir,
    KUBECONFIG: join(ignite.dir, 'kubeconfig'),
  });
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (await run(program, args, { env: env() })).stdout;
  const size = ['--control-plane', 'hosted', '--memory', '1536MB', '--disk', '6GB'];

  /** Creates a cluster, and resolves with the seconds that took and with what the command has told. */
  async function create(name: string): Promise<{ readonly seconds: string; readonly told: string }> {
    const beganMs = Date.now();
    const { code, stdout, stderr } = await ignite.run('cluster', 'create', name, ...size, '--warm', 'auto');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Cluster "\w+" runs Kubernetes v1\.35\.4$/m);
    return { seconds: ((Date.now() - beganMs) / 1_000).toFixed(0), told: stderr };
  }

  const templateNames = async (): Promise<string> =>
    await ignite.ok('get', 'clustersnapshots', '-t', '{{.metadata.name}}');
  const left = async (): Promise<readonly string[]> =>
    (await ignite.ok('get', '-A', '-o', 'name'))
      .split('\n')
      .filter((line) => line !== '' && !/^(image|kernel|host|namespace)\//.test(line));

  test('always is refused as long as there is none', async () => {
    const { code, stderr } = await ignite.run('cluster', 'create', 'dev', ...size, '--warm', 'always');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: cluster "dev" cannot start from a template: the namespace default has none of clusters like it\nhint: create it with --warm auto/m,
    );
    assert.deepEqual(await left(), []);
  });

  test('the first cluster is built, and goes on after a template was kept of it', async (t) => {
    const { seconds } = await create('dev');
    t.diagnostic(`seconds until the cluster that was built was ready, with a template of it: ${seconds}`);
    assert.match(await templateNames(), /^template-[0-9a-f]{8}\n$/);
    assert.match(await kubectl('--context', 'dev', 'get', 'nodes'), / Ready /);
  });

  test('the next one starts from the template, and Pods in it answer', async (t) => {
    const { seconds, told } = await create('other');
    t.diagnostic(`seconds until the cluster that has started from the template was ready: ${seconds}`);
    assert.match(told, /^note: the cluster has started from the template template-[0-9a-f]{8}, and shares/m);
    assert.equal((await templateNames()).split('\n').length, 2);
    const path = 'jsonpath={.spec.template.spec.containers[0].image}';
    const dns = ['-n', 'kube-system', 'get', 'deployment', 'coredns', '-o', path];
    const image = await kubectl('--context', 'other', ...dns);
    const file = join(ignite.dir, 'application.yaml');
    writeFileSync(file, webApplication(image));
    await kubectl('--context', 'other', 'apply', '-f', file);
    const available = ['get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}'];
    for (const end = Date.now() + waitMs; ; await delay(1_000)) {
      if ((await kubectl('--context', 'other', ...available).catch(() => '')) === '2') break;
      assert.ok(Date.now() < end, 'the Deployment did not become available');
    }
    await assertAnswers(program, ['--context', 'other'], env());
    await assert.rejects(kubectl('--context', 'dev', 'get', 'deployment', 'web'), /NotFound/);
  });

  test('a template outlives its cluster, goes with prune, and nothing is left of all of them', async () => {
    const name = (await templateNames()).trim();
    assert.equal(await ignite.ok('cluster', 'delete', 'dev'), 'Deleted cluster "dev"\n');
    assert.equal(await ignite.ok('cluster', 'delete', 'other'), 'Deleted cluster "other"\n');
    assert.equal((await templateNames()).trim(), name);
    assert.match(
      await ignite.ok('prune', '--dry-run'),
      new RegExp(`^Would remove template of clusters "${name}" \\(.+\\)$`, 'm'),
    );
    const pruned = await ignite.ok('prune', '-f');
    assert.match(pruned, new RegExp(`^Removed template of clusters "${name}" \\(.+\\)$`, 'm'));
    assert.deepEqual(await left(), []);
  });
});
