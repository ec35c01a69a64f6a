import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { findCondition } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { sampleControlPlane, samplePod } from './hosted.sample.ts';
import { type SeenHosted, withHostedStatus } from './hosted-status.ts';

const names = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const all = (version: string) => Object.fromEntries(names.map((name) => [name, version]));
const stale: HostPod = {
  ...samplePod(all('v1.35.4')),
  metadata: { ...samplePod({}).metadata, generation: 2 },
};

const seen = (more: Partial<SeenHosted>): SeenHosted => ({
  ...{ pods: [samplePod(all('v1.35.4'))], isReachable: true, isInitialized: true, waitsFor: '', nowMs: 0 },
  ...more,
});

const cases: readonly (readonly [string, Partial<SeenHosted>, string, string])[] = [
  ['all is well', {}, 'v1.35.4 ready 1 available 1 up-to-date 1', 'True '],
  [
    'nothing is there yet',
    { pods: [], isInitialized: false, isReachable: false, waitsFor: 'a host has to come' },
    'undefined ready 0 available 0 up-to-date 0',
    'False a host has to come',
  ],
  [
    'a component is not there yet',
    { pods: [samplePod({ 'kube-apiserver': 'v1.35.4' })] },
    'undefined ready 0 available 0 up-to-date 0',
    'False ',
  ],
  [
    'the API server does not answer',
    { isReachable: false },
    'v1.35.4 ready 1 available 0 up-to-date 1',
    'False the API server does not answer',
  ],
  [
    'a host has yet to look at a change of the pod, which serves on',
    { pods: [stale] },
    'v1.35.4 ready 0 available 1 up-to-date 1',
    'True ',
  ],
  [
    'an upgrade is under way',
    { pods: [samplePod({ ...all('v1.34.4'), 'kube-apiserver': 'v1.35.4' })] },
    'v1.34.4 ready 1 available 1 up-to-date 0',
    'True ',
  ],
  [
    'one of several replicas is down',
    { pods: [samplePod(all('v1.35.4')), samplePod(all('v1.35.4')), samplePod(all('v1.35.4'), false)] },
    'v1.35.4 ready 2 available 2 up-to-date 3',
    'True ',
  ],
  [
    'one of several replicas has the next version already',
    { pods: [samplePod(all('v1.35.4')), samplePod(all('v1.34.4')), samplePod(all('v1.34.4'))] },
    'v1.34.4 ready 3 available 3 up-to-date 1',
    'True ',
  ],
  [
    'another replica is only beginning',
    { pods: [samplePod(all('v1.35.4')), samplePod({})] },
    'v1.35.4 ready 1 available 1 up-to-date 1',
    'True ',
  ],
];
for (const [name, more, counts, available] of cases)
  test(name, () => {
    const controlPlane = withHostedStatus(sampleControlPlane(), seen(more));
    const { version, readyReplicas, availableReplicas, upToDateReplicas } = controlPlane.status!;
    assert.equal(
      `${version} ready ${readyReplicas} available ${availableReplicas} up-to-date ${upToDateReplicas}`,
      counts,
    );
    const condition = findCondition(controlPlane, 'Available')!;
    assert.equal(`${condition.status} ${condition.message}`, available);
    assert.equal(controlPlane.status?.externalManagedControlPlane, true);
  });

const going = { deletionTimestamp: '2026-11-30T00:00:00Z' };
const pods = (count: number): readonly HostPod[] =>
  Array.from({ length: count }, () => samplePod(all('v1.35.4')));
const moves: readonly (readonly [string, Partial<SeenHosted>, object, string])[] = [
  ['has the pods that it wants', { pods: pods(3) }, {}, ''],
  ['waits for pods', { pods: pods(1), waitsFor: 'dev-2 is not there' }, {}, 'ScalingUp dev-2 is not there'],
  ['has too many pods', { pods: pods(5), waitsFor: 'dev-5 leads' }, {}, 'ScalingDown dev-5 leads'],
  ['is deleted', { pods: pods(3), waitsFor: 'they end' }, going, 'ScalingDown they end, Deleting '],
  ['is deleted before it has all pods', { pods: [] }, going, 'ScalingDown , Deleting '],
  [
    'has a replica of the version before',
    { pods: [...pods(2), samplePod(all('v1.34.4'))] },
    {},
    'RollingOut ',
  ],
];
for (const [name, more, metadata, wanted] of moves)
  test(`a control plane of three replicas tells how it changes when it ${name}`, () => {
    const old = sampleControlPlane({ replicas: 3 });
    const { status } = withHostedStatus({ ...old, metadata: { ...old.metadata, ...metadata } }, seen(more));
    const types = ['RollingOut', 'ScalingUp', 'ScalingDown', 'Deleting'];
    const holding = (status?.conditions ?? []).filter(
      (each) => types.includes(each.type) && each.status === 'True',
    );
    assert.equal(holding.map(({ type, message }) => `${type} ${message}`).join(', '), wanted);
  });

test('a control plane tells how many replicas have which version, and the selector of its pods', () => {
  const old = sampleControlPlane({ replicas: 3 });
  const metadata = { ...old.metadata, labels: { [labels.cluster]: 'dev' } };
  const replicas = [...pods(2), samplePod(all('v1.34.4')), samplePod({})];
  const { status } = withHostedStatus({ ...old, metadata }, seen({ pods: replicas }));
  assert.equal(status?.replicas, 4);
  assert.deepEqual(status?.versions, [
    { version: 'v1.35.4', replicas: 2 },
    { version: 'v1.34.4', replicas: 1 },
  ]);
  const selector = 'cluster.x-k8s.io/cluster-name in (dev),cluster.x-k8s.io/control-plane';
  assert.equal(status?.selector, selector);
});
