import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod, HostPodSpec } from '@ignite/api/host-pod/host-pod';
import type { FoundSecrets } from './component-secrets.ts';
import { sampleControlPlane, sampleNetwork, samplePod } from './hosted.sample.ts';
import { hasMembers, viewOf } from './keep-replicas.ts';
import { planPrograms } from './plan-programs.ts';
import type { ReplicaView } from './plan-replicas.ts';

/** A pod whose etcd listens at an address. */
const pod = (host: string, more: Partial<HostPodSpec> = {}): HostPod => {
  const command = ['etcd', `--listen-peer-urls=https://${host}:2380`];
  const programs = [{ name: 'etcd', image: 'etcd:1', command }];
  return { spec: { programs, ...more }, status: { address: '10.61.0.2' } } as unknown as HostPod;
};
const alone = pod('127.0.0.1');
const amongOthers = pod('10.61.0.2');
const all = { replicas: 1, isBegun: true, etcdServers: undefined };

test('an etcd is asked for its members if it has, or is to have, several', () => {
  assert.equal(hasMembers({ ...all, pods: [alone] }), false);
  assert.equal(hasMembers({ ...all, pods: [alone], replicas: 3 }), true);
  assert.equal(hasMembers({ ...all, pods: [alone, alone] }), true);
  assert.equal(hasMembers({ ...all, pods: [amongOthers] }), true);
  assert.equal(hasMembers({ ...all, pods: [amongOthers], isBegun: false }), false);
  assert.equal(hasMembers({ ...all, pods: [amongOthers], etcdServers: ['https://10.61.0.7:2379'] }), false);
});

test('but not behind a router, where it would be the etcd of another cluster that answers', () => {
  const routed = pod('10.61.0.2', { router: 'test' });
  assert.equal(hasMembers({ ...all, pods: [routed] }), false);
  assert.equal(hasMembers({ ...all, pods: [routed], replicas: 3 }), false);
});

const minuteMs = 60_000;
const sinceMs = Date.parse(samplePod({}).metadata.creationTimestamp);
const common = {
  ...{ controlPlane: sampleControlPlane(), clusterName: 'dev', network: sampleNetwork },
  ...{ isBegun: true, isReplicated: false },
};
const seen = { all: common, members: 'none' } as unknown as Parameters<typeof viewOf>[1];

/** A pod with the programs that are planned for it. */
function planned(isReady: boolean): HostPod {
  const started = samplePod({ 'kube-apiserver': 'v1.35.4' }, isReady);
  const { controlPlane, ...place } = common;
  const given = { ...place, spec: controlPlane.spec, pod: started, address: '10.61.0.2', isVoting: true };
  return { ...started, spec: { ...started.spec, programs: planPrograms(given) } };
}
const outdated = samplePod({ 'kube-apiserver': 'v1.34.4' });
const fresh: FoundSecrets = { stale: [], writtenMs: sinceMs };
const stale: FoundSecrets = { ...fresh, stale: [{ component: 'etcd', known: undefined }] };

const views: readonly (readonly [string, HostPod, FoundSecrets | undefined, number, Partial<ReplicaView>])[] =
  [
    [
      'has all that it is to have',
      planned(true),
      fresh,
      3,
      { due: 'nothing', isReady: true, isSettled: true },
    ],
    ['got its keys a moment ago', planned(true), fresh, 2, { due: 'nothing', isSettled: false }],
    ['is to get other keys', planned(true), stale, 3, { due: 'keys', isSettled: true }],
    ['is to get other programs, with which keys come', outdated, stale, 3, { due: 'programs' }],
    [
      'has no address yet, so that no keys are due',
      samplePod({}),
      undefined,
      0,
      { due: 'nothing', isSettled: true },
    ],
    ['has not been ready for some minutes', planned(false), fresh, 10, { isReady: false, isGivenUp: false }],
    ['has not been ready for too long', planned(false), fresh, 11, { isReady: false, isGivenUp: true }],
    ['never came as far as to an API server', samplePod({}), fresh, 11, { isGivenUp: true }],
  ];
for (const [name, replica, secrets, minutes, wanted] of views)
  test(`a replica ${name}`, () => {
    const view = viewOf({ pod: replica, secrets }, seen, sinceMs + minutes * minuteMs);
    assert.deepEqual({ ...view, ...wanted }, view);
  });
