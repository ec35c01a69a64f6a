import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod, HostProgramStatus } from '@ignite/api/host-pod/host-pod';
import { failedPodStatus, mayHaveRoutes, podStatus, withRouteProblem } from './pod-status.ts';

const pod = (status?: HostPod['status']): HostPod => ({
  apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
  kind: 'HostPod',
  metadata: {
    ...{ name: 'a', namespace: 'default', uid: '0123456789abcdef', generation: 3, resourceVersion: '1' },
    ...{ creationTimestamp: '', labels: {}, annotations: {}, finalizers: [] },
  },
  spec: { programs: [] },
  ...(status && { status }),
});
const at = { address: '10.61.0.2' };
const etcd: HostProgramStatus = { name: 'etcd', state: 'Running', isReady: true };
const waiting: HostProgramStatus = { name: 'api', state: 'Waiting', isReady: false, message: 'no Secret' };

test('a pod is ready when all its programs are, and says which one is not', () => {
  const early = podStatus(pod(), at, [etcd, waiting], 1_000);
  assert.partialDeepStrictEqual(early.conditions?.[0], { status: 'False', message: 'api: no Secret' });
  const later = podStatus(pod(early), at, [etcd], 2_000);
  assert.partialDeepStrictEqual(later.conditions?.[0], {
    status: 'True',
    message: '',
    observedGeneration: 3,
  });
  assert.equal(later.address, '10.61.0.2');
});

test('what stays as it is is not written again', () => {
  const first = podStatus(pod(), at, [etcd], 1_000);
  assert.deepEqual(podStatus(pod(first), at, [etcd], 9_000), first);
});

test('a pod behind a router has an address for its neighbours, and one for the host', () => {
  const { address, reachedAt } = podStatus(pod(), { ...at, reachedAt: '10.62.0.2' }, [etcd], 1_000);
  assert.deepEqual([address, reachedAt], ['10.61.0.2', '10.62.0.2']);
  assert.ok(!('reachedAt' in podStatus(pod(), at, [etcd], 1_000)));
});

test('a pod says which routes it does not get, once, and is ready all the same', () => {
  const told = (before: HostPod['status'], problem: string, nowMs: number) =>
    withRouteProblem(pod(before), podStatus(pod(before), at, [etcd], nowMs), problem, nowMs);
  const conditionsOf = (status: HostPod['status']): readonly string[] =>
    (status?.conditions ?? []).map(({ type, status: is, message }) => `${type}=${is} ${message}`);
  const first = told(undefined, 'a: no', 1_000);
  assert.deepEqual(conditionsOf(first), ['Ready=True ', 'RoutesRefused=True a: no']);
  assert.deepEqual(told(first, 'a: no', 9_000), first);
  assert.deepEqual(conditionsOf(told(first, 'b: no', 9_000)), ['Ready=True ', 'RoutesRefused=True b: no']);
  assert.deepEqual(conditionsOf(told(first, '', 9_000)), ['Ready=True ']);
  assert.equal(
    conditionsOf(told(first, 'x'.repeat(5_000), 9_000))[1]!.length,
    'RoutesRefused=True '.length + 1_025,
  );
});

test('the routes of a pod are looked after until it wants none and was ready without any', () => {
  const ready = podStatus(pod(), at, [etcd], 1_000);
  const older = { ...pod(ready), metadata: { ...pod().metadata, generation: 4 } };
  const wanting = {
    ...pod(ready),
    spec: { programs: [], routes: [{ to: '10.9.0.0/16', via: '10.61.0.1' }] },
  };
  for (const [it, each, wanted] of [
    ['is new', pod(), true],
    ['is ready', pod(ready), false],
    ['was ready before it was changed', older, true],
    ['could not be worked on since', { ...older, status: failedPodStatus(older, 'no', 2_000) }, true],
    ['wants routes', wanting, true],
    ['had some that could not be removed', pod(withRouteProblem(pod(), ready, 'no', 2_000)), true],
  ] as const)
    assert.equal(mayHaveRoutes(each), wanted, it);
});
