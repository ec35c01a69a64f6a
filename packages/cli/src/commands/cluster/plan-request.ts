import type {
  ClusterRequest,
  ControlPlaneRequest,
  Distribution,
  NodeShape,
  PodNetwork,
} from '@ignite/cluster/operations/cluster-request';
import { isKindImage } from '@ignite/cluster/contract/image-names';
import { isOfK3s } from '@ignite/cluster/contract/kubernetes-version';
import type { ClusterKey } from '@ignite/cluster/operations/cluster-view';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import type { FlagValues, Flags } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { countOf, kubernetesFlag, versionOf } from './cluster-flags.ts';

const defaultVersions = { kubeadm: 'v1.35.4', k3s: 'v1.35.4+k3s1' } as const;
const distributions = ['kubeadm', 'k3s'] as const satisfies readonly Distribution[];
const places = ['auto', 'hosted', 'vm'] as const;
const vmFlags = ['control-plane-cpus', 'control-plane-memory', 'control-plane-disk'] as const;
const podNetworks = ['podnet', 'flannel', 'none'] as const;
const ownNetworks = { kubeadm: 'podnet', k3s: 'flannel' } as const;
const defaultShape = { cpus: 2, memory: '2GB', diskSize: '10GB' };
const defaultPort = 6443;
/** Machines are called after their cluster, and a VM has at most 63 letters. */
const longestName = 36;

/** The image of a node that is made for a version of Kubernetes or k3s, as the recipes of node images call it. */
export const nodeImage = (version: string): string =>
  isOfK3s(version) ? `ignite-k3s:${version.replace('+', '-')}` : `ignite-kubernetes:${version}`;

export const requestFlags: Flags = {
  kubernetes: { ...kubernetesFlag, default: defaultVersions.kubeadm },
  bootstrap: {
    type: 'string',
    value: 'NAME',
    values: distributions,
    default: 'that of the version',
    help: 'what makes VMs nodes: kubeadm, or k3s with versions such as v1.35.4+k3s1',
  },
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
    default: 'that of the nodes',
    help: 'pod network: podnet of nodes by kubeadm, flannel of nodes by k3s, or none',
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

/** @throws CodedError USAGE_INVALID */
export function assertClusterName({ name }: ClusterKey): void {
  if (isDnsLabel(name) && name.length <= longestName) return;
  throw usageError(
    `not a name of a cluster: ${JSON.stringify(name)}`,
    `use at most ${longestName} lower-case letters, digits and dashes`,
  );
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
  assertClusterName(key);
  const { distribution, version } = planDistribution(flags);
  const shape: NodeShape = {
    image: flags.text('image') ?? nodeImage(version),
    cpus: countOf(flags, 'cpus') ?? defaultShape.cpus,
    memory: flags.text('memory') ?? defaultShape.memory,
    diskSize: flags.text('disk') ?? defaultShape.diskSize,
  };
  const podNetwork = planPodNetwork(flags, distribution, manifests);
  if (isKindImage(shape.image) && podNetwork.kind === 'podnet')
    throw usageError(
      `--image ${shape.image}: images of kind do not have podnet`,
      'use --cni none, or name manifests of another pod network with -f',
    );
  const { controlPlane, why } = planControlPlane(flags, { distribution, workers: shape }, hasKvm);
  return {
    request: {
      ...key,
      version,
      distribution,
      controlPlane,
      workers: { replicas: countOf(flags, 'workers') ?? 1, shape },
      podNetwork,
      isEmulated: !hasKvm,
    },
    why,
  };
}

function planDistribution(flags: FlagValues): Pick<ClusterRequest, 'distribution' | 'version'> {
  const asked = versionOf(flags);
  const distribution =
    flags.choice('bootstrap', distributions) ?? (asked !== undefined && isOfK3s(asked) ? 'k3s' : 'kubeadm');
  const version = asked ?? defaultVersions[distribution];
  if (isOfK3s(version) !== (distribution === 'k3s'))
    throw usageError(
      `--bootstrap ${distribution} --kubernetes ${version}: not a version of ${distribution}`,
      `use a version such as ${defaultVersions[distribution]}`,
    );
  return { distribution, version };
}

function planPodNetwork(
  flags: FlagValues,
  distribution: Distribution,
  manifests: string | undefined,
): PodNetwork {
  const kind = flags.choice('cni', podNetworks);
  const own = ownNetworks[distribution];
  if (kind !== undefined && kind !== 'none' && kind !== own)
    throw usageError(`--cni ${kind}: nodes by ${distribution} do not have it`, `use ${own} or none`);
  if (manifests === undefined) return { kind: kind ?? own };
  if (kind === own)
    throw usageError(`--cni ${own} and --filename are two pod networks`, 'use only one of them');
  return { kind: 'manifests', text: manifests };
}

interface PlannedControlPlane {
  readonly controlPlane: ControlPlaneRequest;
  readonly why?: string;
}

interface Nodes {
  readonly distribution: Distribution;
  readonly workers: NodeShape;
}

const placeOf = (flags: FlagValues): (typeof places)[number] =>
  flags.choice('control-plane', places) ?? 'auto';

const isHostedBy = (asked: (typeof places)[number], distribution: Distribution, hasKvm: boolean): boolean =>
  asked === 'hosted' || (asked === 'auto' && !hasKvm && distribution !== 'k3s');

/**
 * Pure. Tells whether the control plane that the command line asks for is hosted.
 * @throws CodedError USAGE_INVALID
 */
export const isHosted = (flags: FlagValues, hasKvm: boolean): boolean =>
  isHostedBy(placeOf(flags), planDistribution(flags).distribution, hasKvm);

function planControlPlane(
  flags: FlagValues,
  { distribution, workers }: Nodes,
  hasKvm: boolean,
): PlannedControlPlane {
  const replicas = countOf(flags, 'control-planes') ?? 1;
  if (replicas % 2 === 0)
    throw usageError(
      `--control-planes ${replicas}: etcd needs a majority`,
      'use an odd number, such as 1 or 3',
    );
  const asked = placeOf(flags);
  if (asked === 'hosted' && distribution === 'k3s')
    throw usageError(
      '--control-plane hosted: a control plane by k3s is in VMs',
      'leave it out, or use --bootstrap kubeadm',
    );
  const endpoint = flags.text('endpoint');
  if (isHostedBy(asked, distribution, hasKvm)) {
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
    return {
      controlPlane: { kind: 'hosted', replicas },
      ...(asked === 'auto' && {
        why: `the control plane is hosted, since KVM does not work here and VMs are slow${endpoint === undefined ? '' : ': --endpoint has no effect without --control-plane vm'}`,
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
    ...(asked === 'auto' && {
      why: `the control plane is in VMs, since ${distribution === 'k3s' ? 'it is by k3s' : 'KVM works here'}`,
    }),
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
