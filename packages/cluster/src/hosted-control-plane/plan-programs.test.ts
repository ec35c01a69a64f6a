import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { sampleControlPlane, sampleNetwork, samplePod, sampleReplica } from './hosted.sample.ts';
import { type PlannedControlPlane, joinedBy, planPrograms } from './plan-programs.ts';

const [old, next] = ['v1.35.4', 'v1.36.0'];
const followers = ['kube-controller-manager', 'kube-scheduler'];

const alone = { isReplicated: false, isVoting: true };

const plan = (
  pod: HostPod,
  spec: Partial<HostedControlPlane['spec']> = {},
  more: Partial<PlannedControlPlane> = {},
) =>
  planPrograms({
    spec: sampleControlPlane(spec).spec,
    clusterName: 'dev',
    network: sampleNetwork,
    address: '10.61.0.2',
    pod,
    ...{ ...alone, ...more },
  });

/** Returns the versions of the components that a plan has, without etcd. */
const versionsOf = (programs: ReturnType<typeof plan>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    programs
      .filter(({ name }) => name !== 'etcd')
      .map(({ name, image }) => [name, image.slice(image.lastIndexOf(':') + 1)]),
  );
const all = (version: string) =>
  Object.fromEntries(['kube-apiserver', ...followers].map((name) => [name, version]));

const cases: readonly (readonly [string, HostPod, string, Readonly<Record<string, string>>])[] = [
  ['the API server begins, with its etcd', samplePod({}), old, { 'kube-apiserver': old }],
  [
    'nothing follows an API server that is not ready',
    samplePod({ 'kube-apiserver': old }, false),
    old,
    { 'kube-apiserver': old },
  ],
  ['the others follow it', samplePod({ 'kube-apiserver': old }), old, all(old)],
  ['what follows stays while the API server is not ready', samplePod(all(old), false), old, all(old)],
  [
    'an upgrade begins with the API server',
    samplePod(all(old)),
    next,
    { ...all(old), 'kube-apiserver': next },
  ],
  [
    'the others wait until it serves in the new version',
    samplePod({ ...all(old), 'kube-apiserver': next }, false),
    next,
    { ...all(old), 'kube-apiserver': next },
  ],
  ['then they follow', samplePod({ ...all(old), 'kube-apiserver': next }), next, all(next)],
];
for (const [name, pod, version, versions] of cases)
  test(name, () => {
    assert.deepEqual(versionsOf(plan(pod, { version })), versions);
  });

test('each component has the Secret with its own keys, and no other', () => {
  const secrets = plan(samplePod({ 'kube-apiserver': old })).map((program) => [
    program.name,
    program.secrets,
  ]);
  const folder = (name: string) => [{ path: '/etc/kubernetes', secretName: `dev-hosted-${name}` }];
  assert.deepEqual(secrets, [
    ['etcd', folder('etcd')],
    ['kube-apiserver', folder('apiserver')],
    ['kube-controller-manager', folder('controller-manager')],
    ['kube-scheduler', folder('scheduler')],
  ]);
});

test('etcd, the controller manager and the scheduler listen where only the programs of their pod are', () => {
  for (const { name, command } of plan(samplePod({ 'kube-apiserver': old }))) {
    const listens = command.filter((each) => /^--(bind-address|listen-.*)=/.test(each));
    assert.ok(listens.length > 0, name);
    const place = name === 'kube-apiserver' ? /=10\.61\.0\.2$/ : /=(https:\/\/)?127\.0\.0\.1(:\d+)?$/;
    for (const each of listens) assert.match(each, place);
  }
});

test('an argument that people give takes the place of ours', () => {
  const extraArgs = [
    { name: 'profiling', value: 'true' },
    { name: 'v', value: '4' },
  ];
  const [, { command }] = plan(samplePod({}), { apiServer: { extraArgs } }) as [
    unknown,
    { command: string[] },
  ];
  assert.deepEqual(
    command.filter((each) => /^--(profiling|v)=/.test(each)),
    ['--profiling=true', '--v=4'],
  );
});

test('with an etcd elsewhere there is none in the pod, and data of one control plane is apart from that of others', () => {
  const pod = samplePod({ 'kube-apiserver': old });
  const programs = planPrograms({
    spec: sampleControlPlane({ etcd: { external: { name: 'db' } } }).spec,
    ...{ clusterName: 'dev', network: sampleNetwork, address: '10.61.0.2', pod, ...alone },
    etcdServers: ['https://10.61.0.7:2379', 'https://10.61.0.8:2379'],
  });
  assert.deepEqual(
    programs.map(({ name }) => name),
    ['kube-apiserver', ...followers],
  );
  assert.deepEqual(
    programs[0]!.command.filter((word) => word.startsWith('--etcd-')),
    [
      '--etcd-servers=https://10.61.0.7:2379,https://10.61.0.8:2379',
      '--etcd-prefix=/clusters/default/dev',
      '--etcd-cafile=/etc/kubernetes/etcd-ca.crt',
      '--etcd-certfile=/etc/kubernetes/etcd-client.crt',
      '--etcd-keyfile=/etc/kubernetes/etcd-client.key',
    ],
  );
});

const argumentsOf = (programs: ReturnType<typeof plan>, name: string, pattern: RegExp): readonly string[] =>
  (programs.find((each) => each.name === name)?.command ?? []).filter((word) => pattern.test(word));

test('the etcds of several replicas reach each other, and one controller manager of all is elected', () => {
  const programs = plan(samplePod({ 'kube-apiserver': old }), {}, { isReplicated: true });
  assert.deepEqual(argumentsOf(programs, 'etcd', /url|initial|gateway|^--name/), [
    '--name=etcd',
    '--listen-client-urls=https://10.61.0.2:2379,https://127.0.0.1:2379',
    '--advertise-client-urls=https://10.61.0.2:2379',
    '--listen-peer-urls=https://10.61.0.2:2380',
    '--initial-advertise-peer-urls=https://10.61.0.2:2380',
    '--initial-cluster=etcd=https://10.61.0.2:2380',
    '--enable-grpc-gateway=true',
  ]);
  for (const follower of followers)
    assert.deepEqual(argumentsOf(programs, follower, /leader-elect/), ['--leader-elect=true']);
  assert.deepEqual(argumentsOf(programs, 'kube-apiserver', /etcd-servers/), [
    '--etcd-servers=https://127.0.0.1:2379',
  ]);
});

test('a replica that joins has an etcd alone until that votes, and keeps what it was told to join', () => {
  const joins = 'etcd=https://10.61.0.2:2380,dev-2=https://10.61.0.3:2380';
  const pod = sampleReplica(2);
  const joining = plan(pod, {}, { isReplicated: true, joins, isVoting: false });
  assert.deepEqual(
    joining.map(({ name }) => name),
    ['etcd'],
  );
  assert.deepEqual(argumentsOf(joining, 'etcd', /^--name|initial-cluster/), [
    ...['--name=dev-2', `--initial-cluster=${joins}`, '--initial-cluster-state=existing'],
  ]);
  assert.deepEqual(joining[0]!.secrets, [{ path: '/etc/kubernetes', secretName: 'dev-hosted-2-etcd' }]);
  assert.equal(joinedBy({ ...pod, spec: { ...pod.spec, programs: joining } as HostPod['spec'] }), joins);
  assert.equal(joinedBy(samplePod({})), undefined);
});

test('the API server speaks to the Pods behind a Service themselves, unless people wish otherwise', () => {
  const serverOf = (spec: Parameters<typeof plan>[1]) =>
    plan(samplePod({}), spec).find(({ name }) => name === 'kube-apiserver')?.command ?? [];
  const routing = (command: readonly string[]) =>
    command.filter((each) => each.includes('aggregator-routing'));
  assert.deepEqual(routing(serverOf({})), ['--enable-aggregator-routing=true']);
  const extraArgs = [{ name: 'enable-aggregator-routing', value: 'false' }];
  assert.deepEqual(routing(serverOf({ apiServer: { extraArgs } })), ['--enable-aggregator-routing=false']);
});
