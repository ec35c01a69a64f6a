import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import { awaitedOf } from './awaited.ts';
import type { ClusterView } from './cluster-view.ts';

const metadata = (name: string, owner?: string): KubeObject['metadata'] => ({
  ...{ name, namespace: 'default', uid: name, resourceVersion: '1', generation: 2 },
  ...{ creationTimestamp: '2026-01-01T00:00:00Z', labels: {}, annotations: {}, finalizers: [] },
  ...(owner !== undefined && {
    ownerReferences: [
      { apiVersion: 'a/v1', kind: 'MachineDeployment', name: owner, uid: owner, controller: true },
    ],
  }),
});
const conditions = [
  {
    type: 'Available',
    status: 'True',
    reason: '',
    message: '',
    lastTransitionTime: '',
    observedGeneration: 2,
  },
] as const;
const templateOf = (version: string): MachineSet['spec']['template'] => ({
  spec: {
    ...{ clusterName: 'dev', version, bootstrap: { dataSecretName: 'data' } },
    infrastructureRef: { apiGroup: 'a', kind: 'FieldMachineTemplate', name: 'small' },
  },
});
const all = (count: number) => ({
  ...{ replicas: count, readyReplicas: count, availableReplicas: count, upToDateReplicas: count },
  observedGeneration: 2,
});
const set = (name: string, version: string, replicas: number): MachineSet => ({
  ...{ apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'MachineSet', metadata: metadata(name, 'workers') },
  spec: { clusterName: 'dev', replicas, selector: {}, template: templateOf(version) },
  status: all(replicas),
});
const deployment = (status: MachineDeployment['status']): MachineDeployment => ({
  ...{ apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'MachineDeployment', metadata: metadata('workers') },
  spec: { clusterName: 'dev', replicas: 2, selector: {}, template: templateOf('v1.36.3') },
  ...(status && { status }),
});
const viewOf = (status: MachineDeployment['status'], ...sets: readonly MachineSet[]): ClusterView => ({
  cluster: {
    ...{ apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster', metadata: metadata('dev'), spec: {} },
    status: { conditions },
  } satisfies Cluster,
  ...{ infrastructure: undefined, controlPlane: undefined, pools: [], machines: [], replicas: [], sets },
  deployments: [deployment(status)],
});

test('awaitedOf: workers are there once no machine of another template is', () => {
  const current = set('new', 'v1.36.3', 2);
  const cases: readonly (readonly [ClusterView, string | undefined])[] = [
    [viewOf(all(2), current), undefined],
    [viewOf(all(2), current, set('old', 'v1.35.4', 0)), undefined],
    [viewOf(all(2), set('old', 'v1.35.4', 2)), 'the workers workers: machines are being replaced'],
    [
      viewOf(all(2), set('new', 'v1.36.3', 1), set('old', 'v1.35.4', 1)),
      'the workers workers: machines are being replaced',
    ],
    [
      viewOf({ ...all(2), observedGeneration: 1 }, current),
      'the workers workers: machines are being replaced',
    ],
    [viewOf({ ...all(2), availableReplicas: 1 }, current), 'the workers workers: 1 of 2 are available'],
    [viewOf({ ...all(3), readyReplicas: 2 }, current), 'the workers workers: 3 are to become 2'],
    [viewOf(undefined), 'the workers workers: 0 of 2 are available'],
  ];
  for (const [at, [view, expected]] of cases.entries()) assert.equal(awaitedOf(view), expected, `case ${at}`);
});

test('awaitedOf: workers whose upgrade somebody has put off are not waited for', () => {
  const { cluster, ...view } = viewOf(all(2), set('new', 'v1.36.3', 2));
  const told = (reason: string): string | undefined => {
    const condition = {
      type: 'TopologyReconciled',
      status: 'False',
      reason,
      message: 'deferred: a',
    } as const;
    const finding = { ...condition, lastTransitionTime: '', observedGeneration: 2 };
    return awaitedOf({
      ...view,
      cluster: {
        ...cluster,
        spec: { topology: { classRef: { name: 'any' }, version: 'v1.36.3' } },
        status: { conditions: [...conditions, finding] },
      },
    });
  };
  assert.equal(told('MachineDeploymentsUpgradeDeferred'), undefined);
  assert.equal(told('ClusterUpgrading'), 'the topology: deferred: a');
});
