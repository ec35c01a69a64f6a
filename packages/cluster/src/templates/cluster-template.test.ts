import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Cluster } from '../kinds/cluster.ts';
import type { ClusterRequest } from '../operations/cluster-request.ts';
import { own } from '../contract/names.ts';
import { request } from './built-cluster.sample.ts';
import {
  type HostContent,
  type TemplateSnapshot,
  isElsewhere,
  outdatedClusterTemplates,
  templateKeyOf,
  templateObstacle,
  templateProblem,
} from './cluster-template.ts';

const { shape } = request.workers;
const inVms: ClusterRequest = { ...request, controlPlane: { kind: 'vm', replicas: 1, shape } };
const withVms = (change: object): ClusterRequest => ({
  ...inVms,
  controlPlane: { kind: 'vm', replicas: 1, shape, ...change },
});
const workers = (change: object): ClusterRequest => ({
  ...request,
  workers: { ...request.workers, shape: { ...shape, ...change } },
});

/** What each option changes, beside a request that is the same but for that. */
const options: readonly (readonly [string, ClusterRequest, ClusterRequest])[] = [
  ['--kubernetes', request, { ...request, version: 'v1.34.4' }],
  ['--bootstrap', inVms, { ...inVms, distribution: 'k3s' }],
  ['--control-plane', request, inVms],
  ['--control-planes', request, { ...request, controlPlane: { kind: 'hosted', replicas: 3 } }],
  ['--workers', request, { ...request, workers: { replicas: 2, shape } }],
  ['--endpoint', inVms, withVms({ endpoint: { host: '10.61.0.10', port: 6443 } })],
  ['--image', request, workers({ image: 'node:2' })],
  ['--cpus', request, workers({ cpus: 4 })],
  ['--memory', request, workers({ memory: '4GB' })],
  ['--disk', request, workers({ diskSize: '20GB' })],
  ['--control-plane-cpus', inVms, withVms({ shape: { ...shape, cpus: 4 } })],
  ['--control-plane-memory', inVms, withVms({ shape: { ...shape, memory: '4GB' } })],
  ['--control-plane-disk', inVms, withVms({ shape: { ...shape, diskSize: '20GB' } })],
  ['--cni', request, { ...request, podNetwork: { kind: 'none' } }],
  ['--filename', request, { ...request, podNetwork: { kind: 'manifests', text: 'kind: A\n' } }],
  [
    'the content of --filename',
    { ...request, podNetwork: { kind: 'manifests', text: 'kind: A\n' } },
    { ...request, podNetwork: { kind: 'manifests', text: 'kind: B\n' } },
  ],
  ['the networks of a description', request, { ...request, networks: { pods: ['10.1.0.0/16'] } }],
  ['whether KVM works', request, { ...request, isEmulated: false }],
];
for (const [what, one, other] of options)
  test(`templateKeyOf: another kind of template with another ${what}`, () => {
    assert.notEqual(templateKeyOf(one), templateKeyOf(other));
  });

test('templateKeyOf: the name and the namespace do not matter, which the clone has of its own', () => {
  assert.match(templateKeyOf(request), /^[0-9a-f]{32}$/);
  assert.equal(templateKeyOf({ ...request, name: 'other', namespace: 'prod' }), templateKeyOf(request));
});

const nowMs = Date.parse('2026-03-01T00:00:00Z');
const template = (name: string, { key = name, ageDays = 0 } = {}): TemplateSnapshot =>
  ({
    metadata: {
      ...{ namespace: 'default', name },
      creationTimestamp: new Date(nowMs - ageDays * 24 * 3_600_000).toISOString(),
    },
    spec: {
      template: { key, version: '1' },
      machines: [
        { vmName: 'dev-a', snapshot: 'a' },
        { vmName: 'dev-b', snapshot: 'b' },
      ],
    },
  }) as unknown as TemplateSnapshot;
const snapshot = (name: string, namespace = 'default'): Snapshot =>
  ({
    metadata: { namespace, name },
    status: {
      ...{ vmSpec: { image: { oci: 'node:1' } }, image: { digest: 'sha256:1' } },
      kernel: { id: 'k', version: '6.1' },
    },
  }) as unknown as Snapshot;
const kernel = (id: string) => ({ status: { id } }) as HostContent['kernels'][number];
const images = (digest: string): HostContent['images'] =>
  new Map([['node:1', { status: { digest } } as never]]);
const content: HostContent = {
  ...{ version: '1', snapshots: [snapshot('a'), snapshot('b')] },
  ...{ kernels: [kernel('other'), kernel('k')], images: images('sha256:1') },
};

for (const [what, change, why] of [
  ['all is as it was', {}, undefined],
  ['another Ignite', { version: '2' }, 'it is of Ignite 1, and this is 2'],
  [
    'a lost Snapshot',
    { snapshots: [snapshot('a'), snapshot('b', 'prod')] },
    'the Snapshot b of the VM dev-b is gone',
  ],
  ['another image', { images: images('sha256:2') }, 'its image node:1 is gone, or another one now'],
  ['no image', { images: new Map() }, 'its image node:1 is gone, or another one now'],
  ['another kernel', { kernels: [kernel('other')] }, 'its kernel 6.1 is gone, or another one now'],
] as const)
  test(`templateProblem: ${what}`, () => {
    assert.equal(templateProblem(template('t'), { ...content, ...change }), why);
  });

test('a template of which a host has no Snapshot at all is that of another host, if there is one', () => {
  assert.equal(isElsewhere(template('t'), [snapshot('a', 'prod')], false), true);
  assert.equal(isElsewhere(template('t'), [snapshot('a')], false), false);
  assert.equal(isElsewhere(template('t'), [], true), false);
});

test('outdatedClusterTemplates: the oldest ones go, and the older ones of a kind, but none that is being used', () => {
  const young = Array.from({ length: 9 }, (_, at) => template(`t${at}`, { ageDays: at }));
  const cloning = (name: string): Cluster =>
    ({
      metadata: { namespace: 'default', annotations: { [own.cloning]: `${name}.copy` } },
    }) as unknown as Cluster;
  const gone = (templates: readonly TemplateSnapshot[], used: readonly Cluster[] = []): readonly string[] =>
    outdatedClusterTemplates(templates, used, nowMs).map(({ metadata }) => metadata.name);
  assert.deepEqual(gone([template('old', { ageDays: 31 })]), ['old']);
  assert.deepEqual(gone(young), ['t8']);
  assert.deepEqual(gone(young, [cloning('t8')]), []);
  const again = template('again', { key: 't0', ageDays: 0.5 });
  assert.deepEqual(gone([...young.slice(0, 8), again]), ['again']);
});

for (const [what, asked, why] of [
  ['a hosted control plane with a worker', request, undefined],
  ['a control plane in VMs', inVms, /^its control plane is in VMs/],
  [
    'replicas',
    { ...request, controlPlane: { kind: 'hosted', replicas: 3 } },
    /^its control plane has several/,
  ],
  ['no workers', { ...request, workers: { replicas: 0, shape } }, /^it has no VMs/],
] as const)
  test(`templateObstacle: ${what}`, () => {
    const obstacle = templateObstacle(asked);
    if (why) assert.match(obstacle ?? '', why);
    else assert.equal(obstacle, undefined);
  });
