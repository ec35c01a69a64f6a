import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod, HostPodSpec } from '@ignite/api/host-pod/host-pod';
import { hasMembers } from './keep-replicas.ts';

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
