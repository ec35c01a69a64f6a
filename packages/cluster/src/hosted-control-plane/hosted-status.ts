import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { formatLabelSelector } from '@ignite/toolkit/client/label-selector';
import { findCondition, finding, withFindings } from '../contract/conditions.ts';
import { oldestOf } from '../contract/kubernetes-version.ts';
import { labels } from '../contract/names.ts';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { versionOfImage } from './component-images.ts';

/** What is known of a hosted control plane. */
export interface SeenHosted {
  readonly pod: HostPod | undefined;
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
  { pod, isReachable, isInitialized, waitsFor, nowMs }: SeenHosted,
): HostedControlPlane {
  const { spec, status, metadata } = controlPlane;
  const version = runningVersion(pod);
  const isUpToDate = version === spec.version;
  const isHealthy = pod !== undefined && isPodReady(pod) && version !== undefined;
  const isAvailable = isInitialized && isReachable && isHealthy;
  const trouble = (pod && findCondition(pod, 'Ready')?.message) ?? '';
  const message = waitsFor || trouble || (isReachable ? '' : 'the API server does not answer');
  const findings = {
    Available: finding(isAvailable, ['Available', 'NotAvailable'], message),
    Initialized: finding(isInitialized, ['Initialized', 'NotInitialized'], message),
    ControlPlaneComponentsHealthy: finding(isHealthy, ['Healthy', 'NotHealthy'], message),
    CertificatesAvailable: finding(pod !== undefined, ['Available', 'NotAvailable'], message),
    RollingOut: finding(version !== undefined && !isUpToDate, ['RollingOut', 'NotRollingOut']),
    Deleting: finding(metadata.deletionTimestamp !== undefined, ['Deleting', 'NotDeleting']),
  };
  const count = (holds: boolean): number => (holds ? 1 : 0);
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
      ...(version !== undefined && { version, versions: [{ version, replicas: 1 }] }),
      selector: formatLabelSelector(selector),
      replicas: count(pod !== undefined),
      readyReplicas: count(isHealthy),
      availableReplicas: count(isAvailable),
      upToDateReplicas: count(isUpToDate),
      conditions: withFindings(status?.conditions, findings, controlPlane, nowMs),
    },
  };
}

const isPodReady = (pod: HostPod): boolean =>
  findCondition(pod, 'Ready')?.status === 'True' &&
  pod.status?.observedGeneration === pod.metadata.generation;

/** Returns the version of the oldest component; `undefined` as long as one is missing. */
function runningVersion(pod: HostPod | undefined): string | undefined {
  const versions = versioned.map((name) => {
    const { image } = pod?.status?.programs?.find((each) => each.name === name) ?? {};
    return image === undefined ? undefined : versionOfImage(image);
  });
  const [first, ...others] = versions.filter((each) => each !== undefined);
  return first === undefined || others.length < versions.length - 1 ? undefined : oldestOf(first, ...others);
}
