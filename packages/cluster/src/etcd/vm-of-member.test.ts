import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { isAsWanted, isFirstStart, restartedWith, vmOfMember } from './vm-of-member.ts';

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

test('isFirstStart: a VM gets no configuration before its guest has told that it began without one', () => {
  const image = { digest: 'sha256:0', bootMode: 'init' } as const;
  const spec = { cloudInit: { userDataSecretRef: { name: 'db-0', key: 'value' } } };
  const vm = (status: Partial<Vm['status']>): Vm => sampleVm({ spec, status: { image, ...status } });
  const told = (state: NonNullable<Vm['status']['bootstrap']>['state']): Vm =>
    vm({ phase: 'Running', bootstrap: { state, output: '' } });
  for (const starting of [
    ...(['Created', 'Starting', 'Running'] as const).map((phase) => vm({ phase })),
    told('Running'),
  ])
    assert.equal(isFirstStart(starting), true, JSON.stringify(starting.status));
  for (const state of ['Done', 'Failed', 'Refused', 'CloudInit'] as const)
    assert.equal(isFirstStart(told(state)), false, state);
  const again = restartedWith(vm({ phase: 'Starting' }), '10.61.0.2', '2026-01-01T00:00:00.000Z');
  assert.equal(isFirstStart(again), false);
});
