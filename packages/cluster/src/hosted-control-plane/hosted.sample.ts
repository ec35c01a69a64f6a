import type { HostPod, HostProgramStatus } from '@ignite/api/host-pod/host-pod';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import type { ClusterNetwork } from './service-network.ts';

const sampleVersion = 'v1.35.4';

export const sampleNetwork: ClusterNetwork = {
  services: '10.96.0.0/16',
  pods: '10.244.0.0/16',
  domain: 'cluster.local',
  apiServerAddress: '10.96.0.1',
  dnsAddress: '10.96.0.10',
};

const metadata = {
  name: 'dev',
  namespace: 'default',
  uid: 'u',
  generation: 1,
  resourceVersion: '1',
  creationTimestamp: '2026-11-30T00:00:00Z',
  labels: {},
  annotations: {},
  finalizers: [],
};

/** A pod that runs components in versions of Kubernetes, all of them ready or none. */
export function samplePod(versions: Readonly<Record<string, string>>, isReady = true): HostPod {
  const programs = Object.entries(versions).map(([name, version]) => ({
    name,
    image: `registry.k8s.io/${name}:${version}`,
  }));
  const condition = { type: 'Ready', status: isReady ? 'True' : 'False', reason: 'R', message: '' } as const;
  return {
    apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
    kind: 'HostPod',
    metadata,
    spec: { programs } as unknown as HostPod['spec'],
    status: {
      address: '10.61.0.2',
      observedGeneration: 1,
      programs: programs.map((each): HostProgramStatus => ({ ...each, state: 'Running', isReady })),
      conditions: [{ ...condition, lastTransitionTime: '2026-11-30T00:00:00Z', observedGeneration: 1 }],
    },
  };
}

export const sampleControlPlane = (spec: Partial<HostedControlPlane['spec']> = {}): HostedControlPlane => ({
  apiVersion: 'controlplane.cluster.x-k8s.io/v1beta2',
  kind: 'HostedControlPlane',
  metadata,
  spec: { version: sampleVersion, replicas: 1, ...spec },
});

/** The pod of a replica before it has programs. */
export function sampleReplica(replica: number): HostPod {
  const owner = { apiVersion: 'controlplane.cluster.x-k8s.io/v1beta2', kind: 'HostedControlPlane', uid: 'u' };
  const ownerReferences = [{ ...owner, name: 'dev', controller: true }];
  const pod = samplePod({});
  return { ...pod, metadata: { ...metadata, name: `dev-${replica}`, ownerReferences } };
}
