import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Resource } from '@ignite/toolkit/scheme/resource';
import { addonsGroup, bootstrapGroup, controlPlaneGroup, coreGroup, etcdGroup } from '../contract/groups.ts';
import {
  ageColumn,
  clusterColumn,
  conditionColumn,
  count,
  nameColumn,
  readinessBy,
  told,
} from './columns.ts';
import {
  clusterSnapshotResource,
  igniteClusterResource,
  igniteMachinePoolResource,
  igniteMachineResource,
} from './infrastructure-resources.ts';
import { common, scaled } from './common-fields.ts';
import { ipamResources } from './ipam-resources.ts';
import type { ClusterClass } from './cluster-class.ts';
import type { ClusterResourceSet, ClusterResourceSetBinding } from './cluster-resource-set.ts';
import type { BootstrapConfig } from './bootstrap-config.ts';
import type { Cluster } from './cluster.ts';
import type { ControlPlane } from './control-plane.ts';
import type { EtcdCluster } from './etcd-cluster.ts';
import type { HostedControlPlane } from './hosted-control-plane.ts';
import type { K3sConfig } from './k3s-config.ts';
import type { K3sControlPlane } from './k3s-control-plane.ts';
import type { KubeadmConfig } from './kubeadm-config.ts';
import type { KubeadmControlPlane } from './kubeadm-control-plane.ts';
import type { MachineDeployment } from './machine-deployment.ts';
import type { MachineDrainRule } from './machine-drain-rule.ts';
import type { MachineHealthCheck } from './machine-health-check.ts';
import type { MachinePool } from './machine-pool.ts';
import type { MachineSet } from './machine-set.ts';
import type { Machine } from './machine.ts';

export const clusterResource = {
  ...common,
  group: coreGroup,
  kind: 'Cluster',
  plural: 'clusters',
  shortNames: ['cl'],
  columns: [
    nameColumn,
    { title: 'CLUSTERCLASS', cell: ({ spec }) => spec.topology?.classRef.name ?? '' },
    conditionColumn('Available'),
    { title: 'CP DESIRED', cell: ({ status }) => count(status?.controlPlane?.desiredReplicas) },
    { title: 'CP CURRENT', cell: ({ status }) => count(status?.controlPlane?.replicas), wide: true },
    { title: 'CP READY', cell: ({ status }) => count(status?.controlPlane?.readyReplicas), wide: true },
    { title: 'CP AVAILABLE', cell: ({ status }) => count(status?.controlPlane?.availableReplicas) },
    { title: 'CP UP-TO-DATE', cell: ({ status }) => count(status?.controlPlane?.upToDateReplicas) },
    { title: 'W DESIRED', cell: ({ status }) => count(status?.workers?.desiredReplicas) },
    { title: 'W CURRENT', cell: ({ status }) => count(status?.workers?.replicas), wide: true },
    { title: 'W READY', cell: ({ status }) => count(status?.workers?.readyReplicas), wide: true },
    { title: 'W AVAILABLE', cell: ({ status }) => count(status?.workers?.availableReplicas) },
    { title: 'W UP-TO-DATE', cell: ({ status }) => count(status?.workers?.upToDateReplicas) },
    { ...conditionColumn('Paused'), wide: true },
    { title: 'PHASE', cell: ({ status }) => status?.phase ?? '' },
    ageColumn,
    { title: 'VERSION', cell: ({ spec }) => spec.topology?.version ?? '' },
  ],
  readiness: readinessBy('Available'),
  summary: ({ status }) => status?.phase ?? '',
  applyOrder: 4,
} satisfies Resource<Cluster>;

export const clusterClassResource = {
  ...common,
  group: coreGroup,
  kind: 'ClusterClass',
  plural: 'clusterclasses',
  shortNames: ['cc'],
  columns: [
    nameColumn,
    { ...conditionColumn('Paused'), wide: true },
    conditionColumn('VariablesReady', 'VARIABLES READY'),
    ageColumn,
  ],
  readiness: readinessBy('VariablesReady'),
  summary: ({ spec }) => `variables: ${spec.variables?.length ?? 0}`,
  applyOrder: 3,
} satisfies Resource<ClusterClass>;

export const machineResource = {
  ...common,
  group: coreGroup,
  kind: 'Machine',
  plural: 'machines',
  shortNames: ['ma'],
  columns: [
    nameColumn,
    clusterColumn,
    { title: 'NODE NAME', cell: ({ status }) => status?.nodeRef?.name ?? '' },
    conditionColumn('Ready'),
    conditionColumn('Available'),
    conditionColumn('UpToDate', 'UP-TO-DATE'),
    { title: 'PHASE', cell: ({ status }) => status?.phase ?? '' },
    ageColumn,
    { title: 'VERSION', cell: ({ spec }) => spec.version ?? '' },
    { title: 'PROVIDER ID', cell: ({ spec }) => spec.providerID ?? '', wide: true },
    { ...conditionColumn('Paused'), wide: true },
  ],
  readiness: readinessBy('Ready'),
  summary: ({ status }) => status?.phase ?? '',
  applyOrder: 5,
} satisfies Resource<Machine>;

export const machineSetResource = {
  ...scaled,
  group: coreGroup,
  kind: 'MachineSet',
  plural: 'machinesets',
  shortNames: ['ms'],
  columns: [
    nameColumn,
    clusterColumn,
    { title: 'DESIRED', cell: ({ spec }) => count(spec.replicas) },
    { title: 'CURRENT', cell: ({ status }) => count(status?.replicas) },
    { title: 'READY', cell: ({ status }) => count(status?.readyReplicas) },
    { title: 'AVAILABLE', cell: ({ status }) => count(status?.availableReplicas) },
    { title: 'UP-TO-DATE', cell: ({ status }) => count(status?.upToDateReplicas) },
    { ...conditionColumn('Paused'), wide: true },
    ageColumn,
    { title: 'VERSION', cell: ({ spec }) => spec.template.spec.version ?? '' },
  ],
  summary: ({ status }) => `ready: ${status?.readyReplicas ?? 0}`,
  applyOrder: 5,
} satisfies Resource<MachineSet>;

export const machineDeploymentResource = {
  ...scaled,
  group: coreGroup,
  kind: 'MachineDeployment',
  plural: 'machinedeployments',
  shortNames: ['md'],
  columns: [
    nameColumn,
    clusterColumn,
    conditionColumn('Available'),
    { title: 'DESIRED', cell: ({ spec }) => count(spec.replicas) },
    { title: 'CURRENT', cell: ({ status }) => count(status?.replicas) },
    { title: 'READY', cell: ({ status }) => count(status?.readyReplicas) },
    { title: 'AVAILABLE', cell: ({ status }) => count(status?.availableReplicas) },
    { title: 'UP-TO-DATE', cell: ({ status }) => count(status?.upToDateReplicas) },
    { title: 'PHASE', cell: ({ status }) => status?.phase ?? '' },
    ageColumn,
    { title: 'VERSION', cell: ({ spec }) => spec.template.spec.version ?? '' },
  ],
  readiness: readinessBy('Available'),
  summary: ({ status }) => status?.phase ?? '',
  applyOrder: 5,
} satisfies Resource<MachineDeployment>;

export const machinePoolResource = {
  ...scaled,
  group: coreGroup,
  kind: 'MachinePool',
  plural: 'machinepools',
  shortNames: ['mp'],
  columns: [
    nameColumn,
    clusterColumn,
    { title: 'DESIRED', cell: ({ spec }) => count(spec.replicas) },
    { title: 'CURRENT', cell: ({ status }) => count(status?.replicas) },
    { title: 'READY', cell: ({ status }) => count(status?.readyReplicas) },
    { title: 'AVAILABLE', cell: ({ status }) => count(status?.availableReplicas) },
    { title: 'UP-TO-DATE', cell: ({ status }) => count(status?.upToDateReplicas) },
    { ...conditionColumn('Paused'), wide: true },
    { title: 'PHASE', cell: ({ status }) => status?.phase ?? '' },
    ageColumn,
    { title: 'VERSION', cell: ({ spec }) => spec.template.spec.version ?? '' },
  ],
  summary: ({ status }) => status?.phase ?? '',
  applyOrder: 5,
} satisfies Resource<MachinePool>;

export const machineHealthCheckResource = {
  ...common,
  group: coreGroup,
  kind: 'MachineHealthCheck',
  plural: 'machinehealthchecks',
  shortNames: ['mhc'],
  columns: [
    nameColumn,
    clusterColumn,
    { title: 'REPLICAS', cell: ({ status }) => count(status?.expectedMachines) },
    { title: 'HEALTHY', cell: ({ status }) => count(status?.currentHealthy) },
    { ...conditionColumn('Paused'), wide: true },
    ageColumn,
  ],
  summary: ({ status }) => `healthy: ${status?.currentHealthy ?? 0} of ${status?.expectedMachines ?? 0}`,
  applyOrder: 5,
} satisfies Resource<MachineHealthCheck>;

export const machineDrainRuleResource = {
  scope: 'Namespaced',
  categories: ['cluster-api'],
  group: coreGroup,
  kind: 'MachineDrainRule',
  plural: 'machinedrainrules',
  columns: [
    nameColumn,
    { title: 'BEHAVIOR', cell: ({ spec }) => spec.drain.behavior },
    { title: 'ORDER', cell: ({ spec }) => count(spec.drain.order) },
    ageColumn,
  ],
  summary: ({ spec }) => spec.drain.behavior,
  applyOrder: 4,
} satisfies Resource<MachineDrainRule>;

const bootstrapConfig = {
  ...common,
  group: bootstrapGroup,
  columns: [
    nameColumn,
    { title: 'DATA SECRET CREATED', cell: ({ status }) => told(status?.initialization?.dataSecretCreated) },
    ageColumn,
  ],
  readiness: readinessBy('Ready'),
  summary: ({ status }) => status?.dataSecretName ?? '',
  applyOrder: 4,
} satisfies Partial<Resource<BootstrapConfig>>;

export const kubeadmConfigResource = {
  ...bootstrapConfig,
  kind: 'KubeadmConfig',
  plural: 'kubeadmconfigs',
} satisfies Resource<KubeadmConfig>;

export const k3sConfigResource = {
  ...bootstrapConfig,
  kind: 'KThreesConfig',
  plural: 'kthreesconfigs',
} satisfies Resource<K3sConfig>;

type Versioned = ControlPlane & { readonly spec: { readonly replicas: number; readonly version: string } };

const machineControlPlane = {
  ...scaled,
  group: controlPlaneGroup,
  columns: [
    nameColumn,
    conditionColumn('Available'),
    { title: 'DESIRED', cell: ({ spec }) => count(spec.replicas) },
    { title: 'CURRENT', cell: ({ status }) => count(status?.replicas) },
    { title: 'READY', cell: ({ status }) => count(status?.readyReplicas) },
    { title: 'AVAILABLE', cell: ({ status }) => count(status?.availableReplicas) },
    { title: 'UP-TO-DATE', cell: ({ status }) => count(status?.upToDateReplicas) },
    {
      title: 'INITIALIZED',
      cell: ({ status }) => told(status?.initialization?.controlPlaneInitialized),
      wide: true,
    },
    ageColumn,
    { title: 'VERSION', cell: ({ spec }) => spec.version },
  ],
  readiness: readinessBy('Available'),
  summary: ({ status }) => `ready: ${status?.readyReplicas ?? 0}`,
  applyOrder: 5,
} satisfies Partial<Resource<Versioned>>;

export const kubeadmControlPlaneResource = {
  ...machineControlPlane,
  kind: 'KubeadmControlPlane',
  plural: 'kubeadmcontrolplanes',
  shortNames: ['kcp'],
} satisfies Resource<KubeadmControlPlane>;

export const k3sControlPlaneResource = {
  ...machineControlPlane,
  kind: 'KThreesControlPlane',
  plural: 'kthreescontrolplanes',
} satisfies Resource<K3sControlPlane>;

export const hostedControlPlaneResource = {
  ...scaled,
  group: controlPlaneGroup,
  kind: 'HostedControlPlane',
  plural: 'hostedcontrolplanes',
  shortNames: ['hcp'],
  columns: [
    nameColumn,
    conditionColumn('Available'),
    { title: 'DESIRED', cell: ({ spec }) => count(spec.replicas) },
    { title: 'READY', cell: ({ status }) => count(status?.readyReplicas) },
    { title: 'UP-TO-DATE', cell: ({ status }) => count(status?.upToDateReplicas) },
    {
      title: 'INITIALIZED',
      cell: ({ status }) => told(status?.initialization?.controlPlaneInitialized),
      wide: true,
    },
    { title: 'ENDPOINT', cell: ({ spec }) => spec.controlPlaneEndpoint?.host ?? '' },
    ageColumn,
    { title: 'VERSION', cell: ({ spec }) => spec.version },
  ],
  readiness: readinessBy('Available'),
  summary: ({ status }) => `ready: ${status?.readyReplicas ?? 0}`,
  applyOrder: 5,
} satisfies Resource<HostedControlPlane>;

export const etcdClusterResource = {
  ...scaled,
  group: etcdGroup,
  kind: 'EtcdCluster',
  noun: 'etcd',
  plural: 'etcdclusters',
  columns: [
    nameColumn,
    conditionColumn('Available'),
    conditionColumn('Ready'),
    { title: 'DESIRED', cell: ({ spec }) => count(spec.replicas) },
    { title: 'MEMBERS', cell: ({ status }) => count(status?.replicas) },
    { title: 'HEALTHY', cell: ({ status }) => count(status?.readyReplicas) },
    { title: 'UP-TO-DATE', cell: ({ status }) => count(status?.upToDateReplicas), wide: true },
    {
      title: 'LEADER',
      cell: ({ status }) => status?.members?.find(({ isLeader }) => isLeader)?.name ?? '',
    },
    { title: 'VERSION', cell: ({ status, spec }) => status?.version ?? spec.version },
    ageColumn,
    { title: 'ENDPOINTS', cell: ({ status }) => (status?.endpoints ?? []).join(','), wide: true },
  ],
  readiness: readinessBy('Ready'),
  summary: ({ status }) => `healthy: ${status?.readyReplicas ?? 0}`,
  applyOrder: 4,
} satisfies Resource<EtcdCluster>;
export const clusterResourceSetResource = {
  ...common,
  group: addonsGroup,
  kind: 'ClusterResourceSet',
  plural: 'clusterresourcesets',
  columns: [nameColumn, conditionColumn('ResourcesApplied', 'APPLIED'), ageColumn],
  readiness: readinessBy('ResourcesApplied'),
  summary: ({ spec }) => `resources: ${spec.resources.length}`,
  applyOrder: 4,
} satisfies Resource<ClusterResourceSet>;

export const clusterResourceSetBindingResource = {
  scope: 'Namespaced',
  categories: ['cluster-api'],
  group: addonsGroup,
  kind: 'ClusterResourceSetBinding',
  plural: 'clusterresourcesetbindings',
  columns: [nameColumn, ageColumn],
  summary: ({ spec }) => `sets: ${spec.bindings.length}`,
  applyOrder: 5,
} satisfies Resource<ClusterResourceSetBinding>;

/** Returns the kind of the templates from which objects of another kind are made. */
const templateOf = ({ group, kind }: Pick<Resource, 'group' | 'kind'>) =>
  ({
    scope: 'Namespaced',
    categories: ['cluster-api'],
    group,
    kind: `${kind}Template`,
    plural: `${kind.toLowerCase()}templates`,
    columns: [nameColumn, ageColumn],
    applyOrder: 3,
  }) satisfies Resource<KubeObject>;

export const templateResources = {
  kubeadmConfig: templateOf(kubeadmConfigResource),
  kubeadmControlPlane: templateOf(kubeadmControlPlaneResource),
  k3sConfig: templateOf(k3sConfigResource),
  k3sControlPlane: templateOf(k3sControlPlaneResource),
  hostedControlPlane: templateOf(hostedControlPlaneResource),
  igniteCluster: templateOf(igniteClusterResource),
  igniteMachine: templateOf(igniteMachineResource),
};

/** All of them. The kinds have their schemas in `kinds.ts`. */
export const clusterResources = [
  clusterResource,
  clusterClassResource,
  machineDeploymentResource,
  machineSetResource,
  machineResource,
  machinePoolResource,
  machineHealthCheckResource,
  machineDrainRuleResource,
  kubeadmControlPlaneResource,
  kubeadmConfigResource,
  k3sControlPlaneResource,
  k3sConfigResource,
  hostedControlPlaneResource,
  igniteClusterResource,
  igniteMachineResource,
  etcdClusterResource,
  igniteMachinePoolResource,
  clusterResourceSetResource,
  clusterResourceSetBindingResource,
  clusterSnapshotResource,
  ...Object.values(ipamResources),
  ...Object.values(templateResources),
] as const satisfies readonly Resource[];
