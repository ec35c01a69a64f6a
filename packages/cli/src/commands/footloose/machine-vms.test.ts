import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { clusterLabels } from '@ignite/legacy/footloose/cluster-label';
import { machineVms } from './machine-vms.ts';

const vm = (name: string, labels: Vm['metadata']['labels'], namespace = 'default'): Vm => {
  const sample = sampleVm({});
  return { ...sample, metadata: { ...sample.metadata, namespace, name, labels } };
};

test('machineVms: a VM that only has the name of a machine is none', async () => {
  const all = [
    vm('cluster-node0', clusterLabels('cluster')),
    vm('cluster-node1', {}),
    vm('cluster-node2', clusterLabels('other')),
    vm('cluster-node3', clusterLabels('cluster'), 'dev'),
  ];
  const vms = { list: async () => all } as unknown as VmClient;
  const { own, foreign } = await machineVms('cluster', { vms }, new AbortController().signal);
  assert.deepEqual([...own.keys()], ['cluster-node0']);
  assert.deepEqual([...foreign], ['cluster-node1', 'cluster-node2']);
});
