import type { Health } from '@ignite/toolkit/apply/actuator';
import { objectHealth } from '@ignite/toolkit/apply/object-health';
import { SharedActuator } from '@ignite/toolkit/apply/shared-actuator';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { AppliedKinds } from '@ignite/toolkit/sync/applied-kinds';
import { kinds } from '../kinds/kinds.ts';
import { declaredUses } from './declared-uses.ts';

/**
 * The kinds of clusters that people declare, in the order in which they are applied. Nothing is done before the Cluster is
 * there, which is therefore the last; a control plane is upgraded before its workers; and what is declared no longer goes
 * with its Cluster.
 */
const declared = [
  'ClusterResourceSet',
  'KubeadmConfigTemplate',
  'KThreesConfigTemplate',
  'InClusterIPPool',
  'IgniteMachineTemplate',
  'IgniteCluster',
  'HostedControlPlane',
  'KubeadmControlPlane',
  'KThreesControlPlane',
  'MachineDeployment',
  'MachineHealthCheck',
  'Cluster',
];

/** The kinds that hold what a cluster knows: a namespace does not take it with it. */
const keeping = ['Cluster', 'HostedControlPlane', 'EtcdCluster'];

/** What manifests of clusters are applied to. */
export function declaredClusters(objects: ObjectClient): AppliedKinds {
  const [applied, keepingNamespace] = [declared, keeping].map((names) =>
    kinds.filter(({ kind }) => names.includes(kind)).map(servedKindOf),
  );
  return {
    kindOrder: declared,
    actuator: new SharedActuator(objects, { kinds: applied!, keepingNamespace: keepingNamespace!, healthOf }),
    keepingNamespace: keepingNamespace!,
    hostUses: declaredUses,
  };
}

/** A Cluster that no controller has looked at yet is not healthy. All else waits for the Cluster, which comes after it. */
const healthOf = (object: KubeObject): Health =>
  object.kind === 'Cluster' && Object.keys(object.status ?? {}).length === 0
    ? { state: 'Progressing', message: 'its controller has not seen it yet' }
    : objectHealth(object);
