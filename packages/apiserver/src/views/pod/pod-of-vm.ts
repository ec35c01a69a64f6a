import { parseRestartPolicy } from '@ignite/api/v1/restart-policy';
import type { Vm } from '@ignite/api/v1/vm';
import { hasVmm, isUp } from '@ignite/api/v1/vm-phase';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject, ObjectMeta } from '@ignite/toolkit/object/kube-object';
import { cpuQuantity, sizeQuantity } from '../quantity.ts';
import { type ContainerStatus, containerStatusOf, vmContainer } from './container-status.ts';

type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
type PodCondition = Pick<Condition, 'type' | 'status'> & Partial<Condition>;

/** A Pod as far as a VM is one (Kubernetes: Pod). */
export interface Pod extends KubeObject {
  readonly kind: 'Pod';
  readonly spec: { readonly nodeName?: string; readonly [field: string]: unknown };
  readonly status: {
    readonly phase: PodPhase;
    readonly reason?: string;
    readonly podIP?: string;
    readonly containerStatuses: readonly ContainerStatus[];
    readonly [field: string]: unknown;
  };
}

/** Pure. Returns a VM as a Pod of the same name with one container. */
export function podOfVm(vm: Vm, hostAddress?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf(vm),
    spec: specOf(vm),
    status: statusOf(vm, hostAddress),
  };
}

/** What kubectl has noted of the manifest of the VM is not about the Pod. */
const appliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

function metadataOf({ apiVersion, kind, metadata }: Vm): ObjectMeta {
  const { managedFields: _managed, ...kept } = metadata;
  const { [appliedAnnotation]: _applied, ...annotations } = metadata.annotations;
  const { name, uid } = metadata;
  const owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  return { ...kept, annotations, finalizers: [], ownerReferences: [owner] };
}

const restartPolicies = {
  no: 'Never',
  always: 'Always',
  'unless-stopped': 'Always',
  'on-failure': 'OnFailure',
} as const;

function specOf({ metadata, spec }: Vm): Pod['spec'] {
  const { hostName, image, cpus, memory, command, env = {}, tty = false, network, restartPolicy } = spec;
  const size = { cpu: cpuQuantity(cpus), memory: sizeQuantity(memory) };
  const ports = network.ports.map(({ vmPort, hostPort, bindAddress, protocol }) => ({
    containerPort: vmPort,
    hostPort,
    ...(bindAddress !== undefined && { hostIP: bindAddress }),
    protocol: protocol.toUpperCase(),
  }));
  const container = {
    name: vmContainer,
    image: image.oci,
    ...(command && { args: command }),
    ...(ports.length > 0 && { ports }),
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    resources: { limits: size, requests: size },
    stdin: true,
    tty,
    imagePullPolicy: 'IfNotPresent',
  };
  return {
    containers: [container],
    hostname: metadata.name,
    ...(hostName !== undefined && { nodeName: hostName }),
    restartPolicy: restartPolicies[parseRestartPolicy(restartPolicy).kind],
  };
}

function statusOf(vm: Vm, hostAddress: string | undefined): Pod['status'] {
  const { phase, message, startTime, network } = vm.status;
  const addresses = isUp(vm) ? (network?.ipAddresses ?? []) : [];
  const conditions = conditionsOf(vm);
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return {
    phase: podPhase(vm),
    ...(['Paused', 'Suspended', 'Unknown'].includes(phase) && { reason: phase }),
    ...(message !== undefined && { message }),
    conditions,
    ...(hostAddress !== undefined && { hostIP: hostAddress, hostIPs: [{ ip: hostAddress }] }),
    ...(addresses[0] !== undefined && { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }),
    ...(startTime !== undefined && { startTime }),
    containerStatuses: [containerStatusOf(vm, isReady)],
    qosClass: 'Guaranteed',
  };
}

function podPhase({ status: { phase, exitCode } }: Vm): PodPhase {
  switch (phase) {
    case 'Created':
    case 'Starting':
    case 'Failed':
    case 'Suspended':
      return 'Pending';
    case 'Running':
    case 'Paused':
    case 'Stopping':
    case 'Restarting':
      return 'Running';
    case 'Stopped':
      return exitCode === 0 ? 'Succeeded' : 'Failed';
    case 'Unknown':
      return 'Unknown';
  }
}

/** The conditions of Pods, of which `Ready` is that of the VM. */
function conditionsOf({ spec, status }: Vm): readonly PodCondition[] {
  const { conditions = [] } = status;
  const ready = conditions.find(({ type }) => type === 'Ready');
  const known: Partial<Condition> = ready ?? { status: 'Unknown' };
  const started = conditions.find(({ type }) => type === 'Booted');
  return [
    { type: 'PodScheduled', status: spec.hostName === undefined ? 'False' : 'True' },
    { ...started, type: 'Initialized', status: hasVmm({ status }) ? 'True' : 'False' },
    { ...known, type: 'ContainersReady', status: known.status ?? 'Unknown' },
    { ...known, type: 'Ready', status: known.status ?? 'Unknown' },
  ];
}
