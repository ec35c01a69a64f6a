import { parse, stringify } from 'yaml';
import { kubeadmApiVersion, readsV1beta4 } from '../contract/kubernetes-version.ts';
import type { Cluster, Endpoint } from '../kinds/cluster.ts';
import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';

/** What kubeadm is told beside what people have written. */
interface Documented {
  readonly spec: KubeadmConfigSpec;
  readonly version: string;
  readonly endpoint: Required<Endpoint>;
}

export interface InitDocuments extends Documented {
  readonly cluster: Cluster;
}

export interface JoinDocument extends Documented {
  readonly isControlPlane: boolean;
  readonly token: string;
  readonly caCertHash: string;
}

const hostPort = ({ host, port }: Required<Endpoint>): string =>
  `${host!.includes(':') ? `[${host}]` : host}:${port}`;

/** Pure. Returns the documents of `kubeadm init`. */
export function initDocuments({ cluster, spec, version, endpoint }: InitDocuments): string {
  const { clusterNetwork = {} } = cluster.spec;
  const apiVersion = kubeadmApiVersion(version);
  const clusterConfiguration = {
    apiVersion,
    kind: 'ClusterConfiguration',
    clusterName: cluster.metadata.name,
    kubernetesVersion: version,
    controlPlaneEndpoint: hostPort(endpoint),
    networking: {
      dnsDomain: clusterNetwork.serviceDomain ?? 'cluster.local',
      podSubnet: clusterNetwork.pods?.cidrBlocks.join(','),
      serviceSubnet: clusterNetwork.services?.cidrBlocks.join(','),
    },
    ...writtenConfiguration(spec),
  };
  const { timeouts, ...init } = spec.initConfiguration ?? {};
  const initConfiguration = {
    apiVersion,
    kind: 'InitConfiguration',
    ...init,
    ...timeoutsFor(version, timeouts),
  };
  return [clusterConfiguration, initConfiguration].map((each) => documentFor(version, each)).join('---\n');
}

/** Returns the fields of a ClusterConfiguration that people write, as kubeadm has them. */
function writtenConfiguration({ clusterConfiguration = {} }: KubeadmConfigSpec): object {
  const { certificateValidityPeriodDays, caCertificateValidityPeriodDays, ...given } = clusterConfiguration;
  return {
    ...given,
    ...(certificateValidityPeriodDays !== undefined && {
      certificateValidityPeriod: `${certificateValidityPeriodDays * 24}h`,
    }),
    ...(caCertificateValidityPeriodDays !== undefined && {
      caCertificateValidityPeriod: `${caCertificateValidityPeriodDays * 24}h`,
    }),
  };
}

/** The fields of a ClusterConfiguration that are decided when the cluster begins. */
const lasting = ['clusterName', 'controlPlaneEndpoint', 'networking', 'certificatesDir', 'proxy'];

/**
 * Pure. Returns the ClusterConfiguration of a cluster that `kubeadm join` is to read, from the one that is there. It knows
 * the version and the settings of the components of control planes that join.
 */
export function nextClusterConfiguration(
  document: string,
  { spec, version }: Pick<Documented, 'spec' | 'version'>,
): string {
  const known = parse(document) as Readonly<Record<string, unknown>>;
  return documentFor(version, {
    apiVersion: kubeadmApiVersion(version),
    kind: 'ClusterConfiguration',
    kubernetesVersion: version,
    ...Object.fromEntries(Object.entries(known).filter(([field]) => lasting.includes(field))),
    ...writtenConfiguration(spec),
  });
}

/** Pure. Returns the document of `kubeadm join`. */
export function joinDocument({
  spec,
  version,
  endpoint,
  isControlPlane,
  token,
  caCertHash,
}: JoinDocument): string {
  const { timeouts, controlPlane, ...join } = spec.joinConfiguration ?? {};
  const registration = join.nodeRegistration ?? {};
  const uninitialized = { key: 'node.cluster.x-k8s.io/uninitialized', effect: 'NoSchedule' };
  return documentFor(version, {
    apiVersion: kubeadmApiVersion(version),
    kind: 'JoinConfiguration',
    ...join,
    nodeRegistration: isControlPlane
      ? registration
      : { ...registration, taints: [...(registration.taints ?? []), uninitialized] },
    discovery: {
      bootstrapToken: { token, apiServerEndpoint: hostPort(endpoint), caCertHashes: [caCertHash] },
    },
    ...(isControlPlane && { controlPlane: controlPlane ?? {} }),
    ...timeoutsFor(version, timeouts),
  });
}

type Timeouts = NonNullable<NonNullable<KubeadmConfigSpec['initConfiguration']>['timeouts']>;

/** Older documents know no timeouts. kubeadm's have no unit in their names. */
function timeoutsFor(
  version: string,
  timeouts: Timeouts | undefined,
): { readonly timeouts?: Readonly<Record<string, string>> } {
  if (!timeouts || !readsV1beta4(version)) return {};
  const told = Object.entries(timeouts).flatMap(([name, seconds]) =>
    seconds === undefined ? [] : [[name.replace(/Seconds$/, ''), `${seconds}s`]],
  );
  return { timeouts: Object.fromEntries(told) as Record<string, string> };
}

const documentFor = (version: string, document: object): string =>
  stringify(readsV1beta4(version) ? document : withArgumentMaps(document), { lineWidth: 0 });

/** Up to v1beta3, arguments are maps, in which a later one of a name takes the place of an earlier one. */
function withArgumentMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withArgumentMaps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      /^(extraArgs|kubeletExtraArgs)$/.test(name) && Array.isArray(each)
        ? Object.fromEntries(
            (each as readonly { name: string; value: string }[]).map((pair) => [pair.name, pair.value]),
          )
        : withArgumentMaps(each),
    ]),
  );
}
