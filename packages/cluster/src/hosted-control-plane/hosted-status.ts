import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { formatLabelSelector } from '@ignite/toolkit/client/label-selector';
import { type Finding, findCondition, finding, withFindings } from '../contract/conditions.ts';
import { oldestOf } from '../contract/kubernetes-version.ts';
import { labels } from '../contract/names.ts';
import { isSeen } from '../contract/is-seen.ts';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { versionOfImage } from './component-images.ts';

/** What is known of a hosted control plane. */
export interface SeenHosted {
  /** The pods of its replicas. */
  readonly pods: readonly HostPod[];
  /** Whether the API server answers its administrator. */
  readonly isReachable: boolean;
  /** Whether its nodes find what they need in it. */
  readonly isInitialized: boolean;
  /** What it waits for; empty if for nothing. */
  readonly waitsFor: string;
  readonly nowMs: number;
}

/** The components of Kubernetes, all of which a control plane has. */
const versioned = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** Pure. Returns a control plane with the status that follows from what is seen of it. */
export function withHostedStatus(
  controlPlane: HostedControlPlane,
  { pods, isReachable, isInitialized, waitsFor, nowMs }: SeenHosted,
): HostedControlPlane {
  const { spec, status, metadata } = controlPlane;
  const versions = pods.map(runningVersion);
  const running = versions.filter((each) => each !== undefined);
  const [first, ...others] = running;
  const version = first === undefined ? undefined : oldestOf(first, ...others);
  const upToDate = running.filter((each) => each === spec.version).length;
  const healthy = pods.filter((pod, at) => wasReady(pod) && versions[at] !== undefined);
  const isHealthy = pods.length > 0 && healthy.length === pods.length;
  const isAvailable = isInitialized && isReachable && healthy.length > 0;
  const trouble = pods.map((pod) => findCondition(pod, 'Ready')?.message).find(Boolean) ?? '';
  const message = waitsFor || trouble || (isReachable ? '' : 'the API server does not answer');
  const isDeleting = metadata.deletionTimestamp !== undefined;
  const findings = {
    Available: finding(isAvailable, ['Available', 'NotAvailable'], message),
    Initialized: finding(isInitialized, ['Initialized', 'NotInitialized'], message),
    ControlPlaneComponentsHealthy: finding(isHealthy, ['Healthy', 'NotHealthy'], message),
    CertificatesAvailable: finding(pods.length > 0, ['Available', 'NotAvailable'], message),
    RollingOut: finding(upToDate < running.length, ['RollingOut', 'NotRollingOut']),
    ScalingUp: scaling(!isDeleting && pods.length < spec.replicas, 'ScalingUp', waitsFor),
    ScalingDown: scaling(isDeleting || pods.length > spec.replicas, 'ScalingDown', waitsFor),
    Deleting: finding(isDeleting, ['Deleting', 'NotDeleting']),
  };
  const selector = [
    { key: labels.cluster, operator: 'In', values: [metadata.labels[labels.cluster] ?? ''] },
    { key: labels.controlPlane, operator: 'Exists' },
  ] as const;
  return {
    ...controlPlane,
    status: {
      ...status,
      externalManagedControlPlane: true,
      ...(isInitialized && { initialization: { controlPlaneInitialized: true } }),
      ...(version !== undefined && { version, versions: countsOf(running) }),
      selector: formatLabelSelector(selector),
      replicas: pods.length,
      readyReplicas: healthy.filter(isSeen).length,
      availableReplicas: isAvailable ? healthy.length : 0,
      upToDateReplicas: upToDate,
      conditions: withFindings(status?.conditions, findings, controlPlane, nowMs),
    },
  };
}

/** What is in the way of a change is told where the change is, too. */
const scaling = (holds: boolean, type: 'ScalingUp' | 'ScalingDown', message: string): Finding =>
  holds ? { status: 'True', reason: type, message } : { status: 'False', reason: `Not${type}` };

const countsOf = (versions: readonly string[]) =>
  [...Map.groupBy(versions, (each) => each)].map(([version, all]) => ({ version, replicas: all.length }));

/** Pure. Tells whether all is ready that the host of a pod was last told to run. */
export const isPodReady = (pod: HostPod): boolean => wasReady(pod) && isSeen(pod);

/** Tells whether all was ready when the host looked last. What runs serves on while its host has yet to look at a change, of routes for instance. */
const wasReady = (pod: HostPod): boolean => findCondition(pod, 'Ready')?.status === 'True';

/** Returns the version of the oldest component; `undefined` as long as one is missing. */
function runningVersion(pod: HostPod): string | undefined {
  const versions = versioned.map((name) => {
    const { image } = pod.status?.programs?.find((each) => each.name === name) ?? {};
    return image === undefined ? undefined : versionOfImage(image);
  });
  const [first, ...others] = versions.filter((each) => each !== undefined);
  return first === undefined || others.length < versions.length - 1 ? undefined : oldestOf(first, ...others);
}
