import type { Resource } from '@ignite/toolkit/scheme/resource';
import { infrastructureGroup } from '../contract/groups.ts';
import type { ClusterSnapshot } from './cluster-snapshot.ts';
import { ageColumn, clusterColumn, count, nameColumn, readinessBy, told } from './columns.ts';
import { common } from './common-fields.ts';
import type { IgniteCluster, IgniteMachine, IgniteMachinePool } from './ignite-infrastructure.ts';

export const igniteClusterResource = {
  ...common,
  group: infrastructureGroup,
  kind: 'IgniteCluster',
  plural: 'igniteclusters',
  columns: [
    nameColumn,
    { title: 'PROVISIONED', cell: ({ status }) => told(status?.initialization?.provisioned) },
    { title: 'ENDPOINT', cell: ({ spec }) => spec.controlPlaneEndpoint?.host ?? '' },
    ageColumn,
  ],
  readiness: readinessBy('Ready'),
  summary: ({ spec }) => spec.controlPlaneEndpoint?.host ?? '',
  applyOrder: 4,
} satisfies Resource<IgniteCluster>;

export const igniteMachineResource = {
  ...common,
  group: infrastructureGroup,
  kind: 'IgniteMachine',
  plural: 'ignitemachines',
  columns: [
    nameColumn,
    { title: 'PROVISIONED', cell: ({ status }) => told(status?.initialization?.provisioned) },
    { title: 'ADDRESSES', cell: ({ status }) => (status?.addresses ?? []).map(addressText).join(', ') },
    { title: 'PROVIDER ID', cell: ({ spec }) => spec.providerID ?? '', wide: true },
    ageColumn,
  ],
  readiness: readinessBy('Ready'),
  summary: ({ spec }) => spec.providerID ?? '',
  applyOrder: 4,
} satisfies Resource<IgniteMachine>;

export const igniteMachinePoolResource = {
  ...common,
  group: infrastructureGroup,
  kind: 'IgniteMachinePool',
  plural: 'ignitemachinepools',
  columns: [
    nameColumn,
    { title: 'PROVISIONED', cell: ({ status }) => told(status?.initialization?.provisioned) },
    { title: 'REPLICAS', cell: ({ status }) => count(status?.replicas) },
    ageColumn,
  ],
  readiness: readinessBy('Ready'),
  summary: ({ status }) => `replicas: ${status?.replicas ?? 0}`,
  applyOrder: 4,
} satisfies Resource<IgniteMachinePool>;

export const clusterSnapshotResource = {
  ...{ scope: 'Namespaced', categories: ['cluster-api'] },
  group: infrastructureGroup,
  kind: 'ClusterSnapshot',
  plural: 'clustersnapshots',
  columns: [
    nameColumn,
    clusterColumn,
    { title: 'MACHINES', cell: ({ spec }) => count(spec.machines.length) },
    ageColumn,
  ],
  summary: ({ spec }) => `of Cluster "${spec.clusterName}"`,
  applyOrder: 5,
} satisfies Resource<ClusterSnapshot>;

const addressText = ({ address }: { readonly address: string }): string => address;
