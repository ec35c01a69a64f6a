import type { ReplicatedMetadata } from '../contract/replicated-metadata.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { Topology } from '../kinds/topology.ts';

/** What patches know of a control plane or a MachineDeployment. */
export interface BuiltinPart {
  readonly version: string;
  readonly name: string;
  readonly replicas?: number | undefined;
  readonly metadata?: ReplicatedMetadata | undefined;
}

/** Pure. Returns the variables that patches find without any definition, under the name `builtin`. */
export function builtinVariables(
  { metadata, spec: { clusterNetwork } }: Cluster,
  { classRef, version }: Topology,
  part: {
    readonly controlPlane?: BuiltinPart;
    readonly machineDeployment?: BuiltinPart & { readonly class: string; readonly topologyName: string };
  },
): Readonly<Record<string, unknown>> {
  const { name, namespace, uid, labels, annotations } = metadata;
  const { services, pods, serviceDomain } = clusterNetwork ?? {};
  return {
    cluster: {
      ...{ name, namespace, uid, metadata: { labels, annotations } },
      topology: {
        version,
        class: classRef.name,
        classNamespace: namespace,
        classRef: { name: classRef.name, namespace },
      },
      network: {
        ...(services && { services: services.cidrBlocks }),
        ...(pods && { pods: pods.cidrBlocks }),
        ...(serviceDomain !== undefined && { serviceDomain }),
      },
    },
    ...part,
  };
}
