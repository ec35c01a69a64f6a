import { stringify } from 'yaml';
import { minorsBetween } from '../contract/kubernetes-version.ts';
import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';

/** The folder of a node in which kubeadm finds what is to be changed in the files that it makes. */
const patchFolder = '/etc/kubernetes/patches';

/**
 * The time of leases. Controllers that cannot renew theirs in time end themselves, which an emulated guest would bring about
 * again and again. Nobody goes without a lease, because two control planes run side by side while one takes the place of the
 * other. A longer lease costs time: a controller manager ends itself if the API server is not healthy within ten seconds, as
 * when both start, and its successor waits for the lease of the one that is gone.
 */
const leases = [
  { name: 'leader-elect-lease-duration', value: '60s' },
  { name: 'leader-elect-renew-deadline', value: '50s' },
  { name: 'leader-elect-retry-period', value: '10s' },
];

const nodeLeaseSeconds = 160;

/** The configuration of a cluster whose control plane is emulated: it is given time, and asked for less. */
export const emulatedCluster: NonNullable<KubeadmConfigSpec['clusterConfiguration']> = {
  etcd: {
    local: {
      extraArgs: [
        { name: 'heartbeat-interval', value: '1000' },
        { name: 'election-timeout', value: '10000' },
      ],
    },
  },
  apiServer: {
    extraArgs: [
      { name: 'etcd-healthcheck-timeout', value: '20s' },
      { name: 'etcd-readycheck-timeout', value: '20s' },
      { name: 'etcd-count-metric-poll-period', value: '0' },
    ],
  },
  controllerManager: {
    extraArgs: [...leases, { name: 'node-monitor-grace-period', value: `${nodeLeaseSeconds + 40}s` }],
  },
  scheduler: { extraArgs: leases },
};

/**
 * The times after which kubeadm gives up. It asks etcd again and again to promote a member, also if the answer to the first time was late and the
 * member is one, so that it has to give up before its token does: it is started again then, and sees that.
 */
export const emulatedTimeouts = {
  controlPlaneComponentHealthCheckSeconds: 1_800,
  discoverySeconds: 1_200,
  etcdAPICallSeconds: 120,
  kubeletHealthCheckSeconds: 1_200,
  kubernetesAPICallSeconds: 1_200,
  tlsBootstrapSeconds: 1_200,
};

/** The arguments of a kubelet that measures its containers each minute, which took a quarter of its time. */
export const emulatedKubelet = [{ name: 'housekeeping-interval', value: '60s' }];

const kubeletPatch = {
  nodeLeaseDurationSeconds: nodeLeaseSeconds,
  nodeStatusUpdateFrequency: '30s',
  runtimeRequestTimeout: '10m',
  volumeStatsAggPeriod: '-1s',
};

/** A component that is slow to answer is not one that hangs, and each answer costs a new connection with its keys. */
const probes = {
  livenessProbe: { periodSeconds: 60, timeoutSeconds: 60, failureThreshold: 10 },
  readinessProbe: { periodSeconds: 20, timeoutSeconds: 60 },
  startupProbe: { timeoutSeconds: 60 },
};

/** The components that kubeadm asks whether they are ready, in versions of which that is known. */
const askedComponents = (version: string): readonly string[] =>
  minorsBetween(version, 'v1.35.0') >= 0 ? ['etcd', 'kube-apiserver', 'kube-scheduler'] : ['kube-apiserver'];

interface Patched {
  readonly patches: { readonly directory: string };
}

/** What tells kubeadm where the patches are. */
export const emulatedPatches: Patched = { patches: { directory: patchFolder } };

/** Pure. Returns the files of a node that is emulated: patches of what kubeadm makes of each component. */
export const emulatedFiles = (
  role: 'worker' | 'control-plane',
  version: string,
): NonNullable<KubeadmConfigSpec['files']> => [
  patchFile('kubeletconfiguration', kubeletPatch),
  ...(role === 'worker' ? [] : components.map((name) => patchFile(name, componentPatch(name, version)))),
];

const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** A patch of a probe that a component does not have would make a new one, which is not valid. */
function componentPatch(name: string, version: string): object {
  const { readinessProbe, ...others } = probes;
  const isAsked = askedComponents(version).includes(name);
  return { spec: { containers: [{ name, ...others, ...(isAsked && { readinessProbe }) }] } };
}

const patchFile = (target: string, patch: object) => ({
  path: `${patchFolder}/${target}+strategic.yaml`,
  content: stringify(patch),
});
