import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { isAsWanted, vmOfMember } from './vm-of-member.ts';

const clusterWith = (config: Readonly<Record<string, string>>): EtcdCluster =>
  ({
    apiVersion: 'etcd.cluster.x-k8s.io/v1beta2',
    kind: 'EtcdCluster',
    metadata: { name: 'db', namespace: 'default', uid: 'uid', labels: {}, annotations: {} },
    spec: { replicas: 1, version: '3.6.5', vm: { copyFiles: [] }, config },
  }) as unknown as EtcdCluster;

test('isAsWanted: another setting makes another VM, and another order of settings does not', () => {
  const made = vmOfMember(clusterWith({ 'snapshot-count': '1000', 'quota-backend-bytes': '1' }), 0);
  const vm = made as unknown as Vm;
  assert.equal(isAsWanted(vm, clusterWith({ 'quota-backend-bytes': '1', 'snapshot-count': '1000' })), true);
  assert.equal(isAsWanted(vm, clusterWith({ 'quota-backend-bytes': '2', 'snapshot-count': '1000' })), false);
});
