import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { labels } from '../contract/names.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachinePool } from '../kinds/machine-pool.ts';
import { clusterTree } from './cluster-tree.ts';

const { metadata } = sampleMachine({ name: 'dev' });

test('clusterTree: Machines of a pool are under their pool, and others beside it', () => {
  const ofPool = (name: string, pool: string) => {
    const machine = sampleMachine({ name });
    return { ...machine, metadata: { ...machine.metadata, labels: { [labels.pool]: pool } } };
  };
  const cluster = { apiVersion: '', kind: 'Cluster', metadata, spec: {} } as unknown as Cluster;
  const pool = {
    ...{ apiVersion: '', kind: 'MachinePool', metadata: { ...metadata, name: 'batch' } },
    ...{ spec: { replicas: 2 }, status: { readyReplicas: 1 } },
  } as unknown as MachinePool;
  const lines = clusterTree({
    ...{ cluster, infrastructure: undefined, controlPlane: undefined, deployments: [], sets: [] },
    replicas: [],
    pools: [pool],
    machines: [ofPool('b', 'batch'), ofPool('a', 'batch'), ofPool('c', 'gone'), sampleMachine({ name: 'd' })],
  });
  assert.deepEqual(
    lines.map(({ branch, title, replicas }) => `${branch}${title} ${replicas}`.trimEnd()),
    [
      'Cluster/dev',
      '└─Workers',
      '  ├─MachinePool/batch 1/2',
      '  │ ├─Machine/a',
      '  │ └─Machine/b',
      '  ├─Machine/c',
      '  └─Machine/d',
    ],
  );
});

test('clusterTree: several replicas of a hosted control plane are below it, and a single one is not', () => {
  const object = (kind: string, name: string, ready: string): KubeObject => ({
    ...{ apiVersion: '', kind, metadata: { ...metadata, name } },
    status: {
      conditions: [{ type: 'Ready', status: ready, reason: 'Told', message: 'one program is late' }],
    },
  });
  const replicas = ['dev-2', 'dev'].map((name) => object('HostPod', name, name === 'dev' ? 'True' : 'False'));
  const titles = (pods: readonly KubeObject[]): readonly string[] =>
    clusterTree({
      ...{ cluster: object('Cluster', 'dev', 'True') as Cluster, infrastructure: undefined, machines: [] },
      ...{ deployments: [], sets: [], pools: [], replicas: pods as readonly HostPod[] },
      controlPlane: object('HostedControlPlane', 'dev', 'True'),
    }).map(({ branch, title }) => `${branch}${title}`);
  const whole = ['Cluster/dev', '└─ControlPlane - HostedControlPlane/dev'];
  assert.deepEqual(titles(replicas), [...whole, '  ├─HostPod/dev', '  └─HostPod/dev-2']);
  assert.deepEqual(titles(replicas.slice(1)), whole);
});
