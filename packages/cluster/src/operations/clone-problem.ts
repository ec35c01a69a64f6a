import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import type { VmNetwork } from '@ignite/api/v1/vm-network';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import type { ClusterSnapshot } from '../kinds/cluster-snapshot.ts';
import {
  hostedControlPlaneKind,
  igniteMachineKind,
  igniteMachineTemplateKind,
  ipAddressClaimKind,
  machinePoolKind,
} from '../kinds/object-kinds.ts';
import type { ClusterRequest } from './cluster-request.ts';
import type { Made } from './list-made.ts';
import { clusterOf, nameInClone } from './plan-clone.ts';

/** The kinds of which a copy would get what belongs to another cluster, or be nobody's. */
const unfitKinds: readonly string[] = [machinePoolKind.kind, ipAddressClaimKind.kind];

const inVms = 'its control plane is in VMs, whose etcd this host does not reach behind a router';
const severalReplicas =
  'its control plane has several replicas, whose etcd this host does not reach behind a router';

/** Pure. Returns why no other cluster could be made of a snapshot of one that is not built yet, or undefined if one could. */
export function requestProblem({ controlPlane }: Pick<ClusterRequest, 'controlPlane'>): string | undefined {
  if (controlPlane.kind === 'vm') return inVms;
  return controlPlane.replicas > 1 ? severalReplicas : undefined;
}

/**
 * Pure. Returns why no cluster of a name can be made of the objects of a snapshot, or undefined if one can. Its nodes have the addresses of
 * then, so that all of it has to be behind a router.
 */
export function cloneProblem(
  made: readonly Made[],
  { spec: { machines } }: ClusterSnapshot,
  name: string,
): string | undefined {
  const cluster = clusterOf(made);
  const { controlPlaneRef, controlPlaneEndpoint, topology } = cluster.spec;
  if (controlPlaneRef?.kind !== hostedControlPlaneKind.kind) return inVms;
  const pods = made
    .filter(({ kind }) => kind.kind === hostPodKind.kind)
    .map(({ object }) => object as HostPod);
  if (pods.some(({ spec }) => spec.balancer))
    return 'it has a load balancer, which nodes behind a router do not share with others';
  if (pods.length > 1) return severalReplicas;
  if (topology) return 'it is of a ClusterClass, which would replace the machines of then';
  const unfit = made.find(({ kind }) => unfitKinds.includes(kind.kind));
  if (unfit) return `it has the ${unfit.kind.kind} ${unfit.object.metadata.name}`;
  const endpoint = controlPlaneEndpoint?.host ?? '';
  if (!pods.some(({ status }) => status?.address === endpoint))
    return `its endpoint ${endpoint} is not that of its control plane, and would lead the nodes to the other cluster`;
  const open = made.find((each) => isOpen(networkOf(each)));
  if (open)
    return `the ${open.kind.kind} ${open.object.metadata.name} has ports or further interfaces, which a VM behind a router cannot have`;
  const added = made.find(
    ({ kind, object }) =>
      kind.kind === vmKind.kind && !machines.some(({ vmUid }) => vmUid === object.metadata.uid),
  );
  if (added) return `it does not have the VM ${added.object.metadata.name}`;
  const names = made.map(({ kind, object }) => ({
    kind: kind.kind,
    name: nameInClone(object.metadata.name, cluster.metadata.name, name),
  }));
  const long = names.find((each) => !each.name.split('.').every(isDnsLabel));
  if (long) return `"${long.name}" would be too long a name`;
  const twice = names.find((each, at) =>
    names.slice(0, at).some((other) => other.kind === each.kind && other.name === each.name),
  );
  return twice && `two objects would be the ${twice.kind} ${twice.name}`;
}

const isOpen = ({ ports = [], interfaces = [] }: Partial<VmNetwork>): boolean =>
  ports.length > 0 || interfaces.length > 0;

interface Described {
  readonly vm: { readonly network?: Partial<VmNetwork> };
}

/** Returns the network that an object gives to VMs. */
function networkOf({ kind, object }: Made): Partial<VmNetwork> {
  switch (kind.kind) {
    case vmKind.kind:
      return (object as Vm).spec.network;
    case igniteMachineKind.kind:
      return (object['spec'] as Described).vm.network ?? {};
    case igniteMachineTemplateKind.kind:
      return (
        (object['spec'] as { readonly template: { readonly spec: Described } }).template.spec.vm.network ?? {}
      );
    default:
      return {};
  }
}
