import type { HostPod } from '@ignite/api/host-pod/host-pod';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';

/** Pure. Returns the name of the pod of a replica. The first one has that of the control plane. */
export const podName = ({ metadata: { name } }: HostedControlPlane, replica: number): string =>
  replica === 1 ? name : `${name}-${replica}`;

/** Pure. Returns the number of a replica, which is in the name of its pod. */
export function replicaOf({ metadata: { name, ownerReferences = [] } }: HostPod): number {
  const { name: owner = name } = ownerReferences.find(({ controller }) => controller) ?? {};
  return name === owner ? 1 : Number(name.slice(owner.length + 1));
}
