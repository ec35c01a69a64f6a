import type { Host, HostCapacity } from '@ignite/api/v1/host';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { KnownHosts } from '../known-hosts.ts';
import { cpuQuantity, sizeQuantity } from '../quantity.ts';

/** A Node as far as a host is one (Kubernetes: Node). */
export interface Node extends KubeObject {
  readonly kind: 'Node';
  readonly spec: Host['spec'];
  readonly status: {
    readonly capacity: Readonly<Record<string, string>>;
    readonly allocatable: Readonly<Record<string, string>>;
    readonly conditions: readonly Condition[];
    readonly addresses: Host['status']['addresses'];
    readonly nodeInfo: Readonly<Record<string, string>>;
  };
}

/** Pure. Returns a host as a Node of the same name. */
export function nodeOfHost(host: Host, { silent, renewals }: Pick<KnownHosts, 'silent' | 'renewals'>): Node {
  const { name, managedFields: _managed, ...metadata } = host.metadata;
  const { capacity, allocatable, addresses, versions } = host.status;
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': versions.arch,
    ...metadata.labels,
  };
  const conditions = host.status.conditions.map((condition) => ({
    ...(silent.has(name) && condition.type === 'Ready' ? silenced(condition, renewals.get(name)) : condition),
    lastHeartbeatTime: renewals.get(name) || condition.lastTransitionTime,
  }));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...metadata, name, labels, finalizers: [] },
    spec: { unschedulable: false, ...host.spec }, // nodes are selected by it
    status: {
      capacity: quantities(capacity),
      allocatable: quantities(allocatable),
      conditions,
      addresses,
      nodeInfo: nodeInfo(host),
    },
  };
}

/** Nobody knows how a host is that does not renew its lease. */
const silenced = (condition: Condition, since: string | undefined): Condition => ({
  ...condition,
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'its controller does not renew its lease',
  lastTransitionTime: since || condition.lastTransitionTime,
});

/** Ignite limits only what VMs use, and not how many there are. */
const quantities = ({ cpus, memory, diskSize }: HostCapacity): Readonly<Record<string, string>> => ({
  cpu: cpuQuantity(cpus),
  memory: sizeQuantity(memory),
  'ephemeral-storage': sizeQuantity(diskSize),
});

const nodeInfo = ({ metadata, status: { versions } }: Host): Readonly<Record<string, string>> => ({
  machineID: metadata.uid,
  systemUUID: metadata.uid,
  bootID: '',
  kernelVersion: versions.kernel,
  osImage: 'Linux',
  operatingSystem: 'linux',
  architecture: versions.arch,
  containerRuntimeVersion: `ignite://${versions.ignite}`,
  kubeletVersion: `v${versions.ignite}`,
  kubeProxyVersion: '',
});
