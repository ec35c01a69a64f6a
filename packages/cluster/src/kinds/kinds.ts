import { type HostPod, hostPodSpecSchema } from '@ignite/api/host-pod/host-pod';
import { hostPodResource } from '@ignite/api/host-pod/resource';
import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import { newUid } from '@ignite/toolkit/object/uid';
import { type Kind, defineKind } from '@ignite/toolkit/scheme/kind';
import type { GenericSchema } from 'valibot';
import * as v from 'valibot';
import {
  addonsGroup,
  bootstrapGroup,
  contractVersion,
  controlPlaneGroup,
  coreGroup,
  etcdGroup,
  infrastructureGroup,
  ipamGroup,
} from '../contract/groups.ts';
import { type ClusterClass, clusterClassSpecSchema } from './cluster-class.ts';
import { clusterResourceSetBindingSpecSchema, clusterResourceSetSpecSchema } from './cluster-resource-set.ts';
import { clusterSnapshotSpecSchema } from './cluster-snapshot.ts';
import { type Cluster, clusterSpecSchema } from './cluster.ts';
import { withClusterLabel, withDeploymentDefaults, withTemplateLabels } from './defaults.ts';
import { type EtcdCluster, etcdClusterSpecSchema } from './etcd-cluster.ts';
import {
  type HostedControlPlane,
  hostedControlPlaneSpecSchema,
  hostedControlPlaneTemplateSpecSchema,
} from './hosted-control-plane.ts';
import {
  igniteClusterSpecSchema,
  igniteClusterTemplateSpecSchema,
  igniteMachinePoolSpecSchema,
  igniteMachineSpecSchema,
  igniteMachineTemplateSpecSchema,
  type IgniteCluster,
} from './ignite-infrastructure.ts';
import { inClusterIpPoolSpecSchema } from './in-cluster-ip-pool.ts';
import { ipAddressClaimSpecSchema, ipAddressSpecSchema } from './ip-address-claim.ts';
import { ipamResources } from './ipam-resources.ts';
import { k3sConfigSpecSchema, k3sConfigTemplateSpecSchema } from './k3s-config.ts';
import {
  type K3sControlPlane,
  k3sControlPlaneSpecSchema,
  k3sControlPlaneTemplateSpecSchema,
} from './k3s-control-plane.ts';
import { kubeadmConfigSpecSchema, kubeadmConfigTemplateSpecSchema } from './kubeadm-config.ts';
import {
  type KubeadmControlPlane,
  kubeadmControlPlaneSpecSchema,
  kubeadmControlPlaneTemplateSpecSchema,
} from './kubeadm-control-plane.ts';
import { machineDeploymentSpecSchema } from './machine-deployment.ts';
import { machineDrainRuleSpecSchema } from './machine-drain-rule.ts';
import { machineHealthCheckSpecSchema } from './machine-health-check.ts';
import { machinePoolSpecSchema } from './machine-pool.ts';
import { type MachineSetSpec, machineSetSpecSchema } from './machine-set.ts';
import { machineSpecSchema } from './machine.ts';
import {
  clusterSnapshotResource,
  igniteClusterResource,
  igniteMachinePoolResource,
  igniteMachineResource,
} from './infrastructure-resources.ts';
import {
  clusterClassResource,
  clusterResource,
  hostedControlPlaneResource,
  clusterResourceSetBindingResource,
  clusterResourceSetResource,
  etcdClusterResource,
  k3sConfigResource,
  k3sControlPlaneResource,
  kubeadmConfigResource,
  kubeadmControlPlaneResource,
  machineDeploymentResource,
  machineDrainRuleResource,
  machineHealthCheckResource,
  machinePoolResource,
  machineResource,
  machineSetResource,
  templateResources,
} from './resources.ts';
import {
  problemsOfClass,
  problemsOfCluster,
  problemsOfControlPlane,
  problemsOfEtcd,
  problemsOfHosted,
  problemsOfInfrastructure,
  problemsOfPod,
  problemsOfVersion,
} from './update-problems.ts';

const versionsOf = (group: string, kind: string, spec: GenericSchema) => [
  { apiVersion: `${group}/${contractVersion}`, kind, spec },
];

type ReplicatedSpec = Pick<MachineSetSpec, 'clusterName' | 'selector' | 'template'>;

/** What a set of Machines must say in itself, whatever else it says. */
const consistent = (schema: GenericSchema<unknown, ReplicatedSpec>) =>
  v.pipe(
    schema,
    v.check(
      ({ selector, template }) => selectsLabels(selector, template.metadata?.labels ?? {}),
      'selector must select the labels of the template',
    ),
    v.check(
      ({ clusterName, template }) => template.spec.clusterName === clusterName,
      'template.spec.clusterName must be equal to clusterName',
    ),
  );

const ofOneCluster = ['/spec/clusterName'];

/** Cluster API's kinds, and ours for its infrastructure. */
export const kinds: readonly Kind[] = [
  defineKind({
    ...clusterResource,
    versions: versionsOf(coreGroup, 'Cluster', clusterSpecSchema),
    strategy: {
      names: 'DnsLabel',
      initialStatus: {},
      problemsOfUpdate: (old, next) => problemsOfCluster(old as Cluster, next as Cluster),
    },
  }),
  defineKind({
    ...clusterClassResource,
    versions: versionsOf(coreGroup, 'ClusterClass', clusterClassSpecSchema),
    strategy: {
      initialStatus: {},
      problemsOfUpdate: (old, next) => problemsOfClass(old as ClusterClass, next as ClusterClass),
    },
  }),
  defineKind({
    ...machineResource,
    versions: versionsOf(coreGroup, 'Machine', machineSpecSchema),
    strategy: { initialStatus: {}, immutable: ofOneCluster, prepare: withClusterLabel },
  }),
  defineKind({
    ...machineSetResource,
    versions: versionsOf(coreGroup, 'MachineSet', consistent(machineSetSpecSchema)),
    strategy: {
      initialStatus: {},
      immutable: [...ofOneCluster, '/spec/selector'],
      prepare: withTemplateLabels,
    },
  }),
  defineKind({
    ...machineDeploymentResource,
    versions: versionsOf(coreGroup, 'MachineDeployment', consistent(machineDeploymentSpecSchema)),
    strategy: {
      names: 'DnsLabel',
      initialStatus: {},
      immutable: ofOneCluster,
      prepare: withDeploymentDefaults,
    },
  }),
  defineKind({
    ...machinePoolResource,
    versions: versionsOf(coreGroup, 'MachinePool', machinePoolSpecSchema),
    strategy: {
      names: 'DnsLabel',
      initialStatus: {},
      immutable: ofOneCluster,
      prepare: withTemplateLabels,
    },
  }),
  defineKind({
    ...machineHealthCheckResource,
    versions: versionsOf(coreGroup, 'MachineHealthCheck', machineHealthCheckSpecSchema),
    strategy: { initialStatus: {}, immutable: ofOneCluster, prepare: withClusterLabel },
  }),
  defineKind({
    ...machineDrainRuleResource,
    versions: versionsOf(coreGroup, 'MachineDrainRule', machineDrainRuleSpecSchema),
  }),
  defineKind({
    ...kubeadmConfigResource,
    versions: versionsOf(bootstrapGroup, 'KubeadmConfig', kubeadmConfigSpecSchema),
    strategy: { initialStatus: {} },
  }),
  defineKind({
    ...templateResources.kubeadmConfig,
    versions: versionsOf(bootstrapGroup, 'KubeadmConfigTemplate', kubeadmConfigTemplateSpecSchema),
  }),
  defineKind({
    ...kubeadmControlPlaneResource,
    versions: versionsOf(controlPlaneGroup, 'KubeadmControlPlane', kubeadmControlPlaneSpecSchema),
    strategy: {
      names: 'DnsLabel',
      initialStatus: {},
      problemsOfUpdate: (old, next) =>
        problemsOfControlPlane(old as KubeadmControlPlane, next as KubeadmControlPlane),
    },
  }),
  defineKind({
    ...templateResources.kubeadmControlPlane,
    versions: versionsOf(
      controlPlaneGroup,
      'KubeadmControlPlaneTemplate',
      kubeadmControlPlaneTemplateSpecSchema,
    ),
    strategy: { immutable: ['/spec'] },
  }),
  defineKind({
    ...k3sConfigResource,
    versions: versionsOf(bootstrapGroup, 'KThreesConfig', k3sConfigSpecSchema),
    strategy: { initialStatus: {} },
  }),
  defineKind({
    ...templateResources.k3sConfig,
    versions: versionsOf(bootstrapGroup, 'KThreesConfigTemplate', k3sConfigTemplateSpecSchema),
  }),
  defineKind({
    ...k3sControlPlaneResource,
    versions: versionsOf(controlPlaneGroup, 'KThreesControlPlane', k3sControlPlaneSpecSchema),
    strategy: {
      names: 'DnsLabel',
      initialStatus: {},
      problemsOfUpdate: (old, next) => problemsOfVersion(old as K3sControlPlane, next as K3sControlPlane),
    },
  }),
  defineKind({
    ...templateResources.k3sControlPlane,
    versions: versionsOf(controlPlaneGroup, 'KThreesControlPlaneTemplate', k3sControlPlaneTemplateSpecSchema),
    strategy: { immutable: ['/spec'] },
  }),
  defineKind({
    ...hostedControlPlaneResource,
    versions: versionsOf(controlPlaneGroup, 'HostedControlPlane', hostedControlPlaneSpecSchema),
    strategy: {
      names: 'DnsLabel',
      initialStatus: {},
      problemsOfUpdate: (old, next) =>
        problemsOfHosted(old as HostedControlPlane, next as HostedControlPlane),
    },
  }),
  defineKind({
    ...templateResources.hostedControlPlane,
    versions: versionsOf(
      controlPlaneGroup,
      'HostedControlPlaneTemplate',
      hostedControlPlaneTemplateSpecSchema,
    ),
    strategy: { immutable: ['/spec'] },
  }),
  defineKind({
    ...hostPodResource,
    versions: versionsOf(hostPodResource.group, 'HostPod', hostPodSpecSchema),
    strategy: {
      initialStatus: {},
      newUid,
      problemsOfUpdate: (old, next) => problemsOfPod(old as HostPod, next as HostPod),
    },
  }),
  defineKind({
    ...igniteClusterResource,
    versions: versionsOf(infrastructureGroup, 'IgniteCluster', igniteClusterSpecSchema),
    strategy: {
      initialStatus: {},
      problemsOfUpdate: (old, next) => problemsOfInfrastructure(old as IgniteCluster, next as IgniteCluster),
    },
  }),
  defineKind({
    ...templateResources.igniteCluster,
    versions: versionsOf(infrastructureGroup, 'IgniteClusterTemplate', igniteClusterTemplateSpecSchema),
    strategy: { immutable: ['/spec'] },
  }),
  defineKind({
    ...igniteMachineResource,
    versions: versionsOf(infrastructureGroup, 'IgniteMachine', igniteMachineSpecSchema),
    strategy: { initialStatus: {}, immutable: ['/spec/vm', '/spec/addressesFromPools'] },
  }),
  defineKind({
    ...igniteMachinePoolResource,
    versions: versionsOf(infrastructureGroup, 'IgniteMachinePool', igniteMachinePoolSpecSchema),
    strategy: { initialStatus: {} },
  }),
  defineKind({
    ...templateResources.igniteMachine,
    versions: versionsOf(infrastructureGroup, 'IgniteMachineTemplate', igniteMachineTemplateSpecSchema),
    strategy: { immutable: ['/spec'] },
  }),
  defineKind({
    ...clusterSnapshotResource,
    versions: versionsOf(infrastructureGroup, 'ClusterSnapshot', clusterSnapshotSpecSchema),
    strategy: { names: 'DnsLabel', immutable: ['/spec'] },
  }),
  defineKind({
    ...etcdClusterResource,
    versions: versionsOf(etcdGroup, 'EtcdCluster', etcdClusterSpecSchema),
    strategy: {
      names: 'DnsLabel',
      initialStatus: {},
      immutable: ['/spec/restore'],
      problemsOfUpdate: (old, next) => problemsOfEtcd(old as EtcdCluster, next as EtcdCluster),
    },
  }),
  defineKind({
    ...clusterResourceSetResource,
    versions: versionsOf(addonsGroup, 'ClusterResourceSet', clusterResourceSetSpecSchema),
    strategy: { initialStatus: {}, immutable: ['/spec/clusterSelector', '/spec/strategy'] },
  }),
  defineKind({
    ...clusterResourceSetBindingResource,
    versions: versionsOf(addonsGroup, 'ClusterResourceSetBinding', clusterResourceSetBindingSpecSchema),
  }),
  defineKind({
    ...ipamResources.inClusterIpPool,
    versions: versionsOf(ipamGroup, 'InClusterIPPool', inClusterIpPoolSpecSchema),
    strategy: { initialStatus: {} },
  }),
  defineKind({
    ...ipamResources.globalInClusterIpPool,
    versions: versionsOf(ipamGroup, 'GlobalInClusterIPPool', inClusterIpPoolSpecSchema),
    strategy: { initialStatus: {} },
  }),
  defineKind({
    ...ipamResources.ipAddressClaim,
    versions: versionsOf(ipamGroup, 'IPAddressClaim', ipAddressClaimSpecSchema),
    strategy: { initialStatus: {}, immutable: ['/spec'], prepare: withClusterLabel },
  }),
  defineKind({
    ...ipamResources.ipAddress,
    versions: versionsOf(ipamGroup, 'IPAddress', ipAddressSpecSchema),
    strategy: { immutable: ['/spec'] },
  }),
];
