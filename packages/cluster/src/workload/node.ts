import type { KindResource } from '@ignite/toolkit/client/kind-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

export const nodes: KindResource = { group: '', version: 'v1', resource: 'nodes', kind: 'Node' };
export const pods: KindResource = { group: '', version: 'v1', resource: 'pods', kind: 'Pod' };
export const namespaces: KindResource = {
  group: '',
  version: 'v1',
  resource: 'namespaces',
  kind: 'Namespace',
};
export const secrets: KindResource = { group: '', version: 'v1', resource: 'secrets', kind: 'Secret' };
export const configMaps: KindResource = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
};
export const daemonSets: KindResource = {
  group: 'apps',
  version: 'v1',
  resource: 'daemonsets',
  kind: 'DaemonSet',
};
export const deployments: KindResource = {
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
};

/** A taint of a node. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** A node as far as the controllers read it (Kubernetes: core/v1 Node). */
export interface Node extends KubeObject {
  readonly spec?: {
    readonly providerID?: string;
    readonly podCIDRs?: readonly string[];
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
  };
  readonly status?: {
    readonly conditions?: readonly NodeConditionStatus[];
    readonly nodeInfo?: { readonly kubeletVersion?: string; readonly [field: string]: unknown };
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly volumesAttached?: readonly unknown[];
  };
}

export interface NodeConditionStatus {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly lastTransitionTime: string;
}

/** A Pod as far as the controllers read it. */
export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly volumes?: readonly unknown[] };
  readonly status?: { readonly phase?: string };
}

export const isNodeReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;

const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** Pure. Tells why a node is not healthy, in words; empty if it is. */
export function nodeProblems(node: Node): readonly string[] {
  const under = (node.status?.conditions ?? []).filter(
    ({ type, status }) => pressures.includes(type) && status !== 'False',
  );
  return [...(isNodeReady(node) ? [] : ['it is not ready']), ...under.map(({ type }) => `it has ${type}`)];
}
