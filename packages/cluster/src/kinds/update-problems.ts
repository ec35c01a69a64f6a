import { isDeepStrictEqual } from 'node:util';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { UpdateProblem } from '@ignite/toolkit/scheme/strategy';
import { minorOf, minorsBetween, oldestOf } from '../contract/kubernetes-version.ts';
import type { ClusterClass, TemplateReference } from './cluster-class.ts';
import { type Cluster, isUsable } from './cluster.ts';
import type { ControlPlane } from './control-plane.ts';
import type { EtcdCluster } from './etcd-cluster.ts';
import type { HostedControlPlane } from './hosted-control-plane.ts';
import type { IgniteCluster } from './ignite-infrastructure.ts';
import type { KubeadmControlPlane } from './kubeadm-control-plane.ts';

/** What a topology has made belongs to it for good. */
export const problemsOfCluster = (
  { spec: old }: Cluster,
  { spec: next }: Cluster,
): readonly UpdateProblem[] =>
  old.topology && !next.topology
    ? [{ path: '/spec/topology', message: 'cannot be taken away: nobody would care for what it has made' }]
    : [];

/** A class may take other templates, but only of the same kinds: what is made from them cannot change its kind. */
export function problemsOfClass(
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
export function problemsOfControlPlane(
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

export interface Versioned extends ControlPlane {
  readonly spec: { readonly version: string };
}

/** A control plane is upgraded one minor version at a time, counted from the oldest that runs in it. */
export function problemsOfVersion(
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
export function problemsOfHosted(
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
export function problemsOfEtcd(
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
export const problemsOfInfrastructure = (
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

export const problemsOfPod = (old: HostPod, next: HostPod): readonly UpdateProblem[] => [
  ...problemsOfHost(old, next),
  ...(old.spec.router === next.spec.router
    ? []
    : [{ path: '/spec/router', message: 'cannot be changed: others know the programs by their address' }]),
  ...(old.spec.copiesOf === next.spec.copiesOf
    ? []
    : [
        {
          path: '/spec/copiesOf',
          message: 'cannot be changed: a pod either has programs or holds the copies of another one',
        },
      ]),
];
