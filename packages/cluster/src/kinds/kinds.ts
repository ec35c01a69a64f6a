import { isDeepStrictEqual } from 'node:util';
import { hostPodSpecSchema } from '@ignite/api/host-pod/host-pod';
import { hostPodResource } from '@ignite/api/host-pod/resource';
import { selectsLabels } from '@ignite/toolkit/access/label-selector';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import { newUid } from '@ignite/toolkit/object/uid';
import { type Kind, defineKind } from '@ignite/toolkit/scheme/kind';
import type { UpdateProblem } from '@ignite/toolkit/scheme/strategy';
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
} from '../contract/groups.ts';
import { minorOf, minorsBetween, oldestOf } from '../contract/kubernetes-version.ts';
import { type ClusterClass, type TemplateReference, clusterClassSpecSchema } from './cluster-class.ts';
import { clusterResourceSetBindingSpecSchema, clusterResourceSetSpecSchema } from './cluster-resource-set.ts';
import { type Cluster, clusterSpecSchema, isUsable } from './cluster.ts';
import type { ControlPlane } from './control-plane.ts';
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
  clusterClassResource,
  clusterResource,
  hostedControlPlaneResource,
  clusterResourceSetBindingResource,
  clusterResourceSetResource,
  etcdClusterResource,
  igniteClusterResource,
  igniteMachinePoolResource,
  igniteMachineResource,
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
      problemsOfUpdate: (old, next) => problemsOfHost(old as Bound, next as Bound),
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
    strategy: { initialStatus: {}, immutable: ['/spec/vm'] },
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
];

/** What a topology has made belongs to it for good. */
const problemsOfCluster = ({ spec: old }: Cluster, { spec: next }: Cluster): readonly UpdateProblem[] =>
  old.topology && !next.topology
    ? [{ path: '/spec/topology', message: 'cannot be taken away: nobody would care for what it has made' }]
    : [];

/** A class may take other templates, but only of the same kinds: what is made from them cannot change its kind. */
function problemsOfClass(
  { spec: old }: ClusterClass,
  { spec: next }: ClusterClass,
): readonly UpdateProblem[] {
  const oldDeployments = old.workers?.machineDeployments ?? [];
  const references = [
    ['/spec/infrastructure', old.infrastructure, next.infrastructure],
    ['/spec/controlPlane', old.controlPlane, next.controlPlane],
    [
      '/spec/controlPlane/machineInfrastructure',
      old.controlPlane.machineInfrastructure,
      next.controlPlane.machineInfrastructure,
    ],
    ...(next.workers?.machineDeployments ?? []).map(
      (each, at) =>
        [
          `/spec/workers/machineDeployments/${at}/infrastructure`,
          oldDeployments.find((one) => one.class === each.class)?.infrastructure,
          each.infrastructure,
        ] as const,
    ),
  ] as const;
  return references.flatMap(([path, before, after]) =>
    before && after && !isSameKind(before.templateRef, after.templateRef)
      ? [{ path: `${path}/templateRef`, message: `must stay of the kind ${before.templateRef.kind}` }]
      : [],
  );
}

const isSameKind = (a: TemplateReference, b: TemplateReference): boolean =>
  a.kind === b.kind && groupOf(a.apiVersion) === groupOf(b.apiVersion);

/** The etcd of a control plane stays where it is. */
function problemsOfControlPlane(
  old: KubeadmControlPlane,
  next: KubeadmControlPlane,
): readonly UpdateProblem[] {
  const [before, after] = [old, next].map(
    ({ spec }) => spec.kubeadmConfigSpec.clusterConfiguration?.etcd?.external !== undefined,
  );
  const path = '/spec/kubeadmConfigSpec/clusterConfiguration/etcd';
  const moved = { path, message: 'cannot be changed between local and external' };
  return [...problemsOfVersion(old, next), ...(before === after ? [] : [moved])];
}

interface Versioned extends ControlPlane {
  readonly spec: { readonly version: string };
}

/** A control plane is upgraded one minor version at a time, counted from the oldest that runs in it. */
function problemsOfVersion(
  { spec: old, status }: Versioned,
  { spec: next }: Versioned,
): readonly UpdateProblem[] {
  const running = oldestOf(old.version, ...(status?.versions ?? []).map(({ version }) => version));
  const skips = next.version !== old.version && minorOf(running) && minorsBetween(next.version, running) >= 2;
  return skips ? [{ path: '/spec/version', message: 'must not skip a minor version of Kubernetes' }] : [];
}

/**
 * A hosted control plane is upgraded one minor version at a time, counted from the version that runs, and never goes
 * back: its etcd holds objects in the form of the newer version.
 */
function problemsOfHosted(
  { spec: old, status }: HostedControlPlane,
  { spec: next }: HostedControlPlane,
): readonly UpdateProblem[] {
  const problem = (field: string, message: string): UpdateProblem => ({ path: `/spec/${field}`, message });
  const running = status?.version ?? old.version;
  const { controlPlaneEndpoint: endpoint } = old;
  return [
    ...(next.version !== old.version && minorsBetween(next.version, running) >= 2
      ? [problem('version', `must not skip a minor version of Kubernetes: ${running} is what runs now`)]
      : []),
    ...(minorsBetween(next.version, old.version) < 0
      ? [problem('version', 'must not go back to an older minor version of Kubernetes')]
      : []),
    ...(isUsable(endpoint) && !isDeepStrictEqual(endpoint, next.controlPlaneEndpoint)
      ? [problem('controlPlaneEndpoint', 'cannot be changed: nodes know the control plane by it')]
      : []),
    ...(old.etcd?.external?.name === next.etcd?.external?.name
      ? []
      : [problem('etcd/external', 'cannot be changed: the data is where it is')]),
    // A host may have taken it already if none was given.
    ...(old.hostName === next.hostName ? [] : [problem('hostName', onHost)]),
  ];
}

/** etcd is upgraded one minor version at a time, counted from the version that runs, and never goes back. */
function problemsOfEtcd(
  { spec: old, status }: EtcdCluster,
  { spec: next }: EtcdCluster,
): readonly UpdateProblem[] {
  const running = status?.version ?? old.version;
  const steps = minorsBetween(next.version, running);
  if (next.version === old.version || (steps >= 0 && steps < 2)) return [];
  const message =
    steps < 0
      ? 'must not go back to an older minor version'
      : `must not skip a minor version: ${running} runs now`;
  return [{ path: '/spec/version', message }];
}
/** Nodes know the control plane by the address of its load balancer, which goes where that goes. */
const problemsOfInfrastructure = (
  { spec: old }: IgniteCluster,
  { spec: next }: IgniteCluster,
): readonly UpdateProblem[] =>
  old.loadBalancer && !isDeepStrictEqual(old.loadBalancer, next.loadBalancer)
    ? [
        {
          path: '/spec/loadBalancer',
          message: 'cannot be changed: nodes know the control plane by its address',
        },
      ]
    : [];

const onHost = 'cannot be changed: the data is on that host';

interface Bound {
  readonly spec: { readonly hostName?: string | undefined };
}

/** What a host runs and keeps stays on it. */
const problemsOfHost = ({ spec: old }: Bound, { spec: next }: Bound): readonly UpdateProblem[] =>
  old.hostName === undefined || old.hostName === next.hostName
    ? []
    : [{ path: '/spec/hostName', message: onHost }];
