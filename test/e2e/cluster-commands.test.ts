import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '@ignite/toolkit/clock/until.sample';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

/** Clusters whose VMs boot and never become nodes, since their image is no node: what the commands do about them. */

const nodeImage = 'ignite-kubernetes:v1.35.4';
const inVms = ['--control-plane', 'vm', '--endpoint', '10.250.0.200'];

let leaks: AsyncDisposable;
let ignite: Ignite;

before(async () => {
  leaks = watchLeaks();
  const opened = await Ignite.openWithKernel(250);
  ignite = opened.with({ KUBECONFIG: join(opened.dir, 'kubeconfig') });
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** What is there, beside what every host has, or ignited makes on it. */
const left = async (): Promise<string> =>
  (await ignite.ok('get', '-A', '-o', 'name'))
    .split('\n')
    .filter((line) => !/^(image|kernel|host|namespace|sync)\/|\/kube-root-ca\.crt$|^$/.test(line))
    .join('\n');

test('a dry run prints the objects of a cluster, and makes nothing', async () => {
  const golden = (name: string): string =>
    readFileSync(
      join(import.meta.dirname, `../../packages/cluster/src/operations/golden/${name}.yaml`),
      'utf8',
    );
  assert.equal(await ignite.ok('cluster', 'create', 'dev', '--dry-run'), golden('hosted-control-plane'));
  const flags = [
    '--control-planes',
    '3',
    '--control-plane',
    'vm',
    '--endpoint',
    '10.61.0.10',
    '--cni',
    'none',
  ];
  const sizes = ['--workers', '2', '--memory', '4GB', '--control-plane-memory', '2GB', '-n', 'prod'];
  assert.equal(
    await ignite.ok('cluster', 'create', 'dev', '--dry-run', ...flags, ...sizes),
    golden('control-plane-in-vms'),
  );
  const [one, other] = [['dev', '-n', 'prod'], ['prod/dev']].map((named) => [
    ...named,
    '--dry-run',
    '-o',
    'json',
  ]);
  const asked = await ignite.ok('cluster', 'create', ...one!);
  assert.match(asked, /"namespace": "prod"/);
  assert.equal(await ignite.ok('cluster', 'create', ...other!), asked);
  const list = JSON.parse(await ignite.ok('cluster', 'create', 'dev', '--dry-run', '-o', 'json'));
  assert.deepEqual([list.kind, list.items.at(-1).kind], ['List', 'Cluster']);
  assert.ok(!existsSync(join(ignite.paths.dataDir, 'store.db')));
});

test('what cannot be is refused with what to do instead', async () => {
  const cases: readonly (readonly [readonly string[], number, string])[] = [
    [['create', 'dev'], 1, `error: this host has no image ${nodeImage} for the nodes\nhint: build it with`],
    [
      ['create', 'dev', '--control-plane', 'vm', '--endpoint', 'a b'],
      2,
      'error: --endpoint "a b": not an address\nhint: ',
    ],
    [['create', 'Dev'], 2, 'error: not a name of a cluster: "Dev"\nhint: '],
    [['create', '--from', 'ready'], 2, 'error: cluster create requires a name\nhint: '],
    [
      ['create', 'test', '--from', 'ready', '--workers', '2'],
      2,
      'error: --workers does not apply with --from: the cluster is what it was when the snapshot was taken\nhint: ',
    ],
    [
      ['create', 'test', '--from', 'ready'],
      1,
      'error: there is no snapshot "ready" of a cluster\nhint: "ignite get clustersnapshots -n default" lists them\n',
    ],
    [
      ['describe', 'dev'],
      1,
      'error: there is no cluster "dev" in the namespace default\nhint: "ignite cluster ls -A"',
    ],
    [['delete', 'dev', '-n', 'prod'], 1, 'error: there is no cluster "dev" in the namespace prod\n'],
    [['scale', 'dev'], 2, 'error: nothing to scale\nhint: give --workers or --control-planes\n'],
    [['upgrade', 'dev'], 2, 'error: no version given\nhint: '],
  ];
  for (const [args, code, text] of cases) {
    const result = await ignite.run('cluster', ...args);
    assert.equal(result.code, code, args.join(' '));
    assert.ok(result.stderr.includes(text), `${args.join(' ')}: ${result.stderr}`);
  }
  assert.equal(await left(), '');
});

test('without ignited, a command brings up VMs itself; killed, it goes on with the next one; a deletion leaves nothing', async () => {
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  const [image = ''] = (await ignite.ok('images', '-q')).split('\n');
  await ignite.ok('tag', image, nodeImage);
  const created = await ignite.run(
    'cluster',
    'create',
    'dev',
    ...inVms,
    '--memory',
    '256MB',
    '--timeout',
    '1s',
  );
  assert.equal(created.code, 1);
  assert.match(created.stdout, /^Created cluster with ID "[0-9a-f-]{36}" and name "dev"\n$/);
  const late = (awaited: string): RegExp =>
    new RegExp(
      `error: cluster "dev" is not as it was asked for in time: waiting for ${awaited}.*\nhint: "ignite cluster describe default/dev"`,
    );
  // How far its controllers get in a second depends on the machine.
  assert.match(created.stderr, late('the (topology|infrastructure|control plane)'));
  assert.ok(!existsSync(join(ignite.dir, 'kubeconfig')), 'there is no cluster to reach yet');
  const other = await ignite.run('cluster', 'create', 'dev', ...inVms, '--workers', '5');
  assert.match(other.stderr, /^error: there is a cluster "dev" already\nhint: /);

  const scaled = ignite.start(['cluster', 'scale', 'dev', '--workers', '0']);
  const machine = async (): Promise<string> =>
    (await ignite.ok('get', 'machines', '-o', 'name')).trim().replace('machine/', '');
  await until('the machine is there', async () => (await machine()) !== '');
  const vm = await machine();
  const phase = async (): Promise<string> =>
    (await ignite.ok('get', 'vm', '-t', '{{.metadata.name}} {{.status.phase}}')).trim();
  await until('its VM runs', async () => (await phase()) === `${vm} Running`);
  scaled.kill();
  await scaled.ended;
  const again = await ignite.run('cluster', 'scale', 'dev', '--workers', '0', '--timeout', '1s');
  assert.equal(again.code, 1);
  assert.match(again.stderr, late('the control plane: it is not initialized'));

  const tree = await ignite.ok('cluster', 'describe', 'dev');
  const shown = tree.split('\n').map((line) => line.split(/ {3,}/).slice(0, 2).join(' '));
  assert.deepEqual(shown, [
    'NAME REPLICAS',
    'Cluster/dev False',
    '├─Infrastructure - IgniteCluster/dev True',
    '├─ControlPlane - KubeadmControlPlane/dev-control-plane 0/1',
    `│ └─Machine/${vm} False`,
    '└─Workers',
    '  └─MachineDeployment/dev-workers 0/0',
    '',
  ]);
  assert.match(await ignite.ok('cluster', 'ls'), /^NAME {3,}CLUSTERCLASS {3,}AVAILABLE .*\ndev {3,}False /);
  assert.match(
    await ignite.ok('get'),
    new RegExp(`\nCluster +dev +False .*\nMachineDeployment +dev-workers .*\nMachine +${vm} `),
  );
  assert.match(await ignite.ok('cluster', 'kubeconfig', 'dev'), /server: https:\/\/10\.250\.0\.200:6443\n/);
  const upgrade = await ignite.run('cluster', 'upgrade', 'dev', '--kubernetes', 'v1.37.2');
  assert.match(
    upgrade.stderr,
    /error: v1\.37\.2 would skip a minor version: the control plane has v1\.35\.4\n/,
  );

  assert.equal(await ignite.ok('cluster', 'pause', 'dev'), 'Paused cluster "dev"\n');
  assert.match(
    (await ignite.run('cluster', 'delete', 'dev')).stderr,
    /^error: cluster "dev" is paused\nhint: run "ignite cluster resume default\/dev" first\n/,
  );
  assert.equal(await phase(), `${vm} Running`);
  await ignite.ok('cluster', 'resume', 'dev');
  assert.equal(await ignite.ok('cluster', 'delete', 'dev'), 'Deleted cluster "dev"\n');
  assert.equal(await left(), '');
});

test('where ignited serves clusters, commands write their wishes and watch, from afar too', async () => {
  const daemon: Started = ignite.start(['daemon', '--api', '--clusters']);
  try {
    const socket = join(ignite.paths.runDir, 'api.sock');
    await until('ignited serves', () => existsSync(socket));
    const far = ignite.with({
      ...ignite.env,
      IGNITE_HOST: `unix://${socket}`,
      IGNITE_DATA_DIR: join(ignite.dir, 'elsewhere'),
    });
    const flags = [...inVms, '--memory', '256MB', '--image', 'nowhere.invalid/node:v1.35.4', '--wait=false'];
    const printed = JSON.parse(
      await far.ok('cluster', 'create', 'far', ...flags, '-o', 'json'),
    ) as KubeObject;
    assert.deepEqual([printed.kind, printed.metadata.name], ['Cluster', 'far']);
    await until('it says why the machine is not there', async () =>
      /Machine\/far-control-plane-\S+ +False +NotReady .* VM far-control-plane-\S+ is Failed/.test(
        await far.ok('cluster', 'describe', 'far'),
      ),
    );
    for (const args of [['ls'], ['describe', 'far', '-o', 'yaml'], ['kubeconfig', 'far']])
      assert.equal((await far.run('cluster', ...args)).code, 0, args.join(' '));
    assert.equal(await far.ok('get', 'clusters', '-o', 'name'), 'cluster/far\n');
    assert.match(await far.ok('get'), /\nCluster +far /);
    const deleted = await ignite.run('cluster', 'delete', 'far');
    assert.deepEqual([deleted.code, deleted.stdout], [0, 'Deleted cluster "far"\n']);
    assert.doesNotMatch(deleted.stderr, /ignited/);
    assert.equal(await left(), '');
  } finally {
    daemon.terminate();
    await daemon.ended;
  }
});

test('a host whose ignited serves no clusters says so', async () => {
  const daemon: Started = ignite.start(['daemon', '--api']);
  try {
    const socket = join(ignite.paths.runDir, 'api.sock');
    await until(
      'ignited serves',
      async () => (await ignite.run('--host', `unix://${socket}`, 'ps')).code === 0,
    );
    const { code, stderr } = await ignite.run('--host', `unix://${socket}`, 'cluster', 'ls');
    assert.equal(code, 1);
    assert.equal(
      stderr,
      'error: that host serves no clusters\nhint: start "ignite daemon --api --clusters" there\n',
    );
    assert.equal((await ignite.run('--host', `unix://${socket}`, 'get')).code, 0);
  } finally {
    daemon.terminate();
    await daemon.ended;
  }
});

test('the context of a cluster is taken out of the kubeconfig with it, and nothing else', async () => {
  const mine = `apiVersion: v1
kind: Config
current-context: work
contexts:
  - name: work
    context: { cluster: work, user: me }
  - name: dev
    context:
      cluster: dev
      user: dev
      extensions:
        - name: ignite
          extension: { cluster: default/dev }
`;
  writeFileSync(join(ignite.dir, 'kubeconfig'), mine);
  await ignite.ok('cluster', 'create', 'dev', '--wait=false', ...inVms);
  await ignite.ok('cluster', 'delete', 'dev');
  assert.equal(
    readFileSync(join(ignite.dir, 'kubeconfig'), 'utf8'),
    mine.slice(0, mine.indexOf('  - name: dev')),
  );
  assert.equal(await left(), '');
});
