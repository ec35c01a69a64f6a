import type {
  ClusterRequest,
  ControlPlaneRequest,
  NodeShape,
  PodNetwork,
} from '@ignite/cluster/operations/cluster-request';
import type { ClusterKey } from '@ignite/cluster/operations/cluster-view';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import type { FlagValues, Flags } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { countOf, kubernetesFlag, versionOf } from './cluster-flags.ts';

const defaultVersion = 'v1.35.4';
const places = ['auto', 'hosted', 'vm'] as const;
const vmFlags = ['control-plane-cpus', 'control-plane-memory', 'control-plane-disk'] as const;
const podNetworks = ['podnet', 'none'] as const;
const defaultShape = { cpus: 2, memory: '2GB', diskSize: '10GB' };
const defaultPort = 6443;
/** Machines are called after their cluster, and a VM has at most 63 letters. */
const longestName = 36;

/** The image of a node that is made for a version of Kubernetes, as the recipe of node images calls it. */
export const nodeImage = (version: string): string => `ignite-kubernetes:${version}`;

export const requestFlags: Flags = {
  kubernetes: { ...kubernetesFlag, default: defaultVersion },
  'control-plane': {
    type: 'string',
    value: 'PLACE',
    values: places,
    default: 'auto',
    help: 'where the control plane runs: hosted (in sandboxes of this host), vm, or auto',
  },
  'control-planes': {
    type: 'string',
    value: 'COUNT',
    default: '1',
    help: 'size of the control plane, an odd number',
  },
  workers: { type: 'string', value: 'COUNT', default: '1', help: 'number of workers' },
  endpoint: {
    type: 'string',
    value: 'HOST[:PORT]',
    default: 'a load balancer on this host',
    help: 'address that leads to the VMs of the control plane',
  },
  image: { type: 'string', value: 'IMAGE', default: nodeImage('VERSION'), help: 'image of the nodes' },
  cpus: { type: 'string', value: 'COUNT', default: String(defaultShape.cpus), help: 'CPUs of each worker' },
  memory: {
    type: 'string',
    value: 'SIZE',
    default: defaultShape.memory,
    help: 'memory of each worker (base 1024)',
  },
  disk: {
    type: 'string',
    value: 'SIZE',
    default: defaultShape.diskSize,
    help: 'disk of each worker (base 1024)',
  },
  'control-plane-cpus': {
    type: 'string',
    value: 'COUNT',
    default: 'as workers',
    help: 'CPUs of each VM of the control plane',
  },
  'control-plane-memory': {
    type: 'string',
    value: 'SIZE',
    default: 'as workers',
    help: 'memory of each VM of the control plane',
  },
  'control-plane-disk': {
    type: 'string',
    value: 'SIZE',
    default: 'as workers',
    help: 'disk of each VM of the control plane',
  },
  cni: {
    type: 'string',
    value: 'NAME',
    values: podNetworks,
    default: 'podnet',
    help: 'pod network: podnet, which the node image brings, or none',
  },
  filename: {
    type: 'string',
    short: 'f',
    value: 'FILE',
    help: 'manifests of another pod network, which are applied in the cluster, or the description of a cluster',
  },
};

/** A request with the reason for what was chosen. */
export interface PlannedRequest {
  readonly request: ClusterRequest;
  readonly why: string | undefined;
}

/**
 * Pure. Returns what the command line asks for.
 * @param hasKvm whether KVM works on the host
 * @param manifests what is in the file of `--filename`
 * @throws CodedError USAGE_INVALID
 */
export function planRequest(
  key: ClusterKey,
  flags: FlagValues,
  hasKvm: boolean,
  manifests?: string,
): PlannedRequest {
  if (!isDnsLabel(key.name) || key.name.length > longestName)
    throw usageError(
      `not a name of a cluster: ${JSON.stringify(key.name)}`,
      `use at most ${longestName} lower-case letters, digits and dashes`,
    );
  const version = versionOf(flags) ?? defaultVersion;
  const shape: NodeShape = {
    image: flags.text('image') ?? nodeImage(version),
    cpus: countOf(flags, 'cpus') ?? defaultShape.cpus,
    memory: flags.text('memory') ?? defaultShape.memory,
    diskSize: flags.text('disk') ?? defaultShape.diskSize,
  };
  const { controlPlane, why } = planControlPlane(flags, shape, hasKvm);
  return {
    request: {
      ...key,
      version,
      controlPlane,
      workers: { replicas: countOf(flags, 'workers') ?? 1, shape },
      podNetwork: planPodNetwork(flags, manifests),
      isEmulated: !hasKvm,
    },
    why,
  };
}

function planPodNetwork(flags: FlagValues, manifests: string | undefined): PodNetwork {
  const kind = flags.choice('cni', podNetworks);
  if (manifests === undefined) return { kind: kind ?? 'podnet' };
  if (kind === 'podnet')
    throw usageError('--cni podnet and --filename are two pod networks', 'use only one of them');
  return { kind: 'manifests', text: manifests };
}

interface PlannedControlPlane {
  readonly controlPlane: ControlPlaneRequest;
  readonly why?: string;
}

function planControlPlane(flags: FlagValues, workers: NodeShape, hasKvm: boolean): PlannedControlPlane {
  const replicas = countOf(flags, 'control-planes') ?? 1;
  if (replicas % 2 === 0)
    throw usageError(
      `--control-planes ${replicas}: etcd needs a majority`,
      'use an odd number, such as 1 or 3',
    );
  const asked = flags.choice('control-plane', places) ?? 'auto';
  const endpoint = flags.text('endpoint');
  if (asked === 'hosted' || (asked === 'auto' && !hasKvm)) {
    if (endpoint !== undefined && asked === 'hosted')
      throw usageError(
        '--endpoint: a hosted control plane has an endpoint of its own',
        'leave it out, or use --control-plane vm',
      );
    const ofVms = vmFlags.find((flag) => asked === 'hosted' && flags.isSet(flag));
    if (ofVms !== undefined)
      throw usageError(
        `--${ofVms}: a hosted control plane has no VMs`,
        'leave it out, or use --control-plane vm',
      );
    if (replicas > 1)
      throw usageError(
        `--control-planes ${replicas}: a hosted control plane has one replica`,
        'leave it out, or use --control-plane vm',
      );
    return {
      controlPlane: { kind: 'hosted', replicas },
      ...(asked === 'auto' && {
        why: 'the control plane is hosted, since KVM does not work here and VMs are slow',
      }),
    };
  }
  const shape = {
    image: workers.image,
    cpus: countOf(flags, 'control-plane-cpus') ?? workers.cpus,
    memory: flags.text('control-plane-memory') ?? workers.memory,
    diskSize: flags.text('control-plane-disk') ?? workers.diskSize,
  };
  return {
    controlPlane: {
      ...{ kind: 'vm', replicas, shape },
      ...(endpoint !== undefined && { endpoint: parseEndpoint(endpoint) }),
    },
    ...(asked === 'auto' && { why: 'the control plane is in VMs, since KVM works here' }),
  };
}

function parseEndpoint(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', port] = /^([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?$/.exec(text) ?? [];
  const number = Number(port ?? defaultPort);
  if (host === '' || number < 1 || number > 65_535)
    throw usageError(
      `--endpoint ${JSON.stringify(text)}: not an address`,
      'use HOST or HOST:PORT, such as 10.61.0.10:6443',
    );
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}
