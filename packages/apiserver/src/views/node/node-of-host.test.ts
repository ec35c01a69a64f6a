import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '@ignite/api/v1/host';
import { bytes } from '@ignite/toolkit/units/bytes';
import { nodeOfHost } from './node-of-host.ts';

const then = '2026-01-01T12:00:00.000Z';
const renewed = '2026-01-01T12:30:00.000000Z';
const capacity = { cpus: 4, memory: bytes(8 * 2 ** 30), diskSize: bytes(10 * 2 ** 30) };
const host: Host = {
  apiVersion: 'ignite.weave.works/v1',
  kind: 'Host',
  metadata: {
    ...{ name: 'one', namespace: '', uid: 'u', resourceVersion: '7', generation: 1, creationTimestamp: then },
    ...{ labels: { zone: 'a', 'kubernetes.io/hostname': 'other' }, annotations: {}, finalizers: ['x'] },
  },
  spec: { unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule' }] },
  status: {
    capacity,
    allocatable: { ...capacity, cpus: 3 },
    addresses: [{ type: 'InternalIP', address: '192.0.2.7' }],
    versions: { ignite: '0.1.0', kernel: '6.1.0', arch: 'arm64' },
    conditions: [
      {
        ...{ type: 'Ready', status: 'True', reason: 'Registered', message: '', observedGeneration: 1 },
        lastTransitionTime: then,
      },
    ],
  },
};

const alone = { silent: new Set<string>(), renewals: new Map<string, string>() };

test('nodeOfHost: a host is a Node with what it has, and keeps its labels', () => {
  const node = nodeOfHost(host, alone);
  assert.deepEqual(node.metadata.labels, {
    zone: 'a',
    'kubernetes.io/hostname': 'other',
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'arm64',
  });
  assert.deepEqual(node.metadata.finalizers, []);
  assert.deepEqual(node.spec, { unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule' }] });
  assert.equal(nodeOfHost({ ...host, spec: {} }, alone).spec.unschedulable, false, 'as selectors ask for');
  assert.deepEqual(node.status.capacity, { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi' });
  assert.equal(node.status.allocatable['cpu'], '3');
  assert.partialDeepStrictEqual(node.status.conditions, [
    { type: 'Ready', status: 'True', lastHeartbeatTime: then },
  ]);
  assert.partialDeepStrictEqual(node.status.nodeInfo, {
    ...{ kubeletVersion: 'v0.1.0', kernelVersion: '6.1.0', architecture: 'arm64' },
    containerRuntimeVersion: 'ignite://0.1.0',
  });
});

test('nodeOfHost: of a host that does not renew its lease nobody knows whether it is ready', () => {
  const renewals = new Map([['one', renewed]]);
  assert.partialDeepStrictEqual(nodeOfHost(host, { silent: new Set(), renewals }).status.conditions, [
    { status: 'True', lastHeartbeatTime: renewed },
  ]);
  assert.partialDeepStrictEqual(nodeOfHost(host, { silent: new Set(['one']), renewals }).status.conditions, [
    { status: 'Unknown', reason: 'NodeStatusUnknown', lastTransitionTime: renewed },
  ]);
});
