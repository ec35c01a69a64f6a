import { KindClient } from '@ignite/toolkit/client/kind-client';
import { annotations, uninitializedTaint } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import type { Machine } from '../kinds/machine.ts';
import { type Node, nodes } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { nodeTaints } from './node-taints.ts';

/** The domains of the labels of Machines that their nodes get too. */
const nodeLabel =
  /^(node-role\.kubernetes\.io\/|([^/]+\.)?(node-restriction\.kubernetes\.io|node\.cluster\.x-k8s\.io)\/)/;

const nodeClient = ({ objects }: WorkloadCluster): KindClient<Node> =>
  new KindClient(objects, { ...nodes, decode: (stored) => stored as Node });

/** Returns the node of a Machine: by its name where that is known, and else by the ID of the provider. */
export async function findNode(
  workload: WorkloadCluster,
  { spec, status }: Machine,
  signal: AbortSignal,
): Promise<Node | undefined> {
  const client = nodeClient(workload);
  if (status?.nodeRef) return await client.find({ name: status.nodeRef.name }, { signal });
  if (spec.providerID === undefined) return undefined;
  const { items } = await client.list({ signal });
  const found = items.filter((node) => node.spec?.providerID === spec.providerID);
  // Of two nodes with one ID nobody knows which is the Machine's.
  return found.length === 1 ? found[0] : undefined;
}

/** Tells a node of its Machine, and lets Pods onto it once it is known. */
export async function initializeNode(
  workload: WorkloadCluster,
  node: Node,
  machine: Machine,
  signal: AbortSignal,
): Promise<Node> {
  const next = initialized(node, machine);
  return next === node ? node : await nodeClient(workload).update(next, { signal });
}

function initialized(node: Node, machine: Machine): Node {
  const { metadata } = machine;
  const owner = controllerOf(machine);
  const wanted = {
    [annotations.ofNode.cluster]: machine.spec.clusterName,
    [annotations.ofNode.namespace]: metadata.namespace,
    [annotations.ofNode.machine]: metadata.name,
    ...(owner && { [annotations.ofNode.ownerKind]: owner.kind, [annotations.ofNode.ownerName]: owner.name }),
  };
  const inherited = Object.fromEntries(
    Object.entries(metadata.labels).filter(([name]) => nodeLabel.test(name)),
  );
  const own = node.spec?.taints ?? [];
  const { [annotations.ofNode.taints]: noted } = node.metadata.annotations;
  const isNew = node.metadata.annotations[annotations.ofNode.machine] !== metadata.name;
  const others = own.filter(({ key }) => key !== uninitializedTaint);
  const { taints, kept } = nodeTaints(others, machine.spec, { noted: noted ?? '', isNew });
  const told = {
    ...wanted,
    ...((kept !== '' || noted !== undefined) && { [annotations.ofNode.taints]: kept }),
  };
  const isTold =
    holds(node.metadata.annotations, told) &&
    holds(node.metadata.labels, inherited) &&
    others.length === own.length &&
    taints === others;
  if (isTold) return node;
  return {
    ...node,
    metadata: {
      ...node.metadata,
      annotations: { ...node.metadata.annotations, ...told },
      labels: { ...node.metadata.labels, ...inherited },
    },
    spec: { ...node.spec, taints },
  };
}

const holds = (all: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => all[name] === value);

export async function deleteNode(
  workload: WorkloadCluster,
  { metadata }: Node,
  signal: AbortSignal,
): Promise<void> {
  await workload.objects.delete({ ...nodes, name: metadata.name }, { signal });
}
