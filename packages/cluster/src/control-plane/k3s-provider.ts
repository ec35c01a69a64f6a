import { withoutUndefined } from '@ignite/api/v1/without-undefined';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { parseDuration } from '@ignite/toolkit/units/duration';
import { ensureWords } from '../workload/k3s-token.ts';
import { apiServerPort } from '../contract/api-server-port.ts';
import { finding } from '../contract/conditions.ts';
import { finalizers } from '../contract/names.ts';
import { contractReferenceOf } from '../kinds/cluster-class.ts';
import type { K3sControlPlane } from '../kinds/k3s-control-plane.ts';
import { k3sConfigKind, k3sControlPlaneKind } from '../kinds/object-kinds.ts';
import { type Node, isNodeReady, nodes } from '../workload/node.ts';
import { NodeEtcd } from '../workload/node-etcd.ts';
import type { ControlPlaneProvider } from './control-plane-provider.ts';
import { memberFinding, uninspected } from './member-health.ts';

/** Control planes that k3s sets up: one program on each node, which embeds etcd. */
export const k3sProvider: ControlPlaneProvider<K3sControlPlane> = {
  name: 'k3s-control-plane',
  kind: k3sControlPlaneKind,
  finalizer: finalizers.k3sControlPlane,
  configKind: k3sConfigKind,
  wishOf: ({ spec }) => {
    const { infrastructureRef, metadata, ...times } = spec.machineTemplate;
    const { maxRetry, retryPeriod, minHealthyPeriod } = spec.remediationStrategy ?? {};
    return {
      replicas: spec.replicas,
      version: spec.version,
      maxSurge: 1,
      rolloutAfter: spec.rolloutAfter,
      port: apiServerPort,
      remediation: {
        maxRetry,
        retryPeriodSeconds: secondsOf(retryPeriod),
        minHealthyPeriodSeconds: secondsOf(minHealthyPeriod),
      },
      infrastructureRef: contractReferenceOf(infrastructureRef),
      metadata,
      machine: { deletion: deletionOf(times) },
      config: spec.kthreesConfigSpec,
      isEtcdExternal: false,
    };
  },
  ensureSecrets: async ({ client, owner, ...place }, signal) =>
    await ensureWords(client, place, owner, signal),
  etcdOf: ({ objects }, clock) => new NodeEtcd(objects, clock),
  announce: async () => {},
  upgradeAddons: async () => {},
  memberGates: ['AgentHealthy', 'EtcdMemberHealthy'],
  memberFindings: async ({ status }, { objects }, members, signal) => {
    const name = status?.nodeRef?.name;
    const node = name === undefined ? undefined : await objectsOf(objects, nodes).find({ name }, { signal });
    return {
      AgentHealthy: node
        ? finding(isNodeReady(node as Node), ['NodeReady', 'NodeNotReady'], 'its node is not ready')
        : uninspected('there is no node yet'),
      EtcdMemberHealthy: memberFinding(name, members === 'external' ? [] : members),
    };
  },
};

type Template = Omit<K3sControlPlane['spec']['machineTemplate'], 'infrastructureRef' | 'metadata'>;

const deletionOf = ({ nodeDrainTimeout, nodeVolumeDetachTimeout, nodeDeletionTimeout }: Template) =>
  withoutUndefined({
    nodeDrainTimeoutSeconds: secondsOf(nodeDrainTimeout),
    nodeVolumeDetachTimeoutSeconds: secondsOf(nodeVolumeDetachTimeout),
    nodeDeletionTimeoutSeconds: secondsOf(nodeDeletionTimeout),
  });

const secondsOf = (duration: string | undefined): number | undefined =>
  duration === undefined ? undefined : Math.ceil(parseDuration(duration) / 1_000);
