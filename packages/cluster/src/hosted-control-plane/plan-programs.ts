import type { HostPod, HostPodSpec } from '@ignite/api/host-pod/host-pod';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { apiServerPort } from '../contract/api-server-port.ts';
import type { HostedControlPlaneSpec } from '../kinds/hosted-control-plane.ts';
import { componentImage, etcdImage, versionOfImage } from './component-images.ts';
import { secretNameOf } from './component-secrets.ts';
import { etcdUrl } from '../workload/remote-etcd.ts';
import { replicaOf } from './replica.ts';
import type { ClusterNetwork } from './service-network.ts';

export interface PlannedControlPlane {
  readonly spec: HostedControlPlaneSpec;
  readonly clusterName: string;
  readonly network: ClusterNetwork;
  /** Where an etcd listens that is elsewhere. */
  readonly etcdServers?: readonly string[];
  /** The address of the pod. */
  readonly address: string;
  /** What the pod runs now. */
  readonly pod: HostPod;
  /** Whether there are others, or are to be: its etcd is then reached by theirs, and one controller manager of all is elected. */
  readonly isReplicated: boolean;
  /** The members that its etcd joins; absent if it has begun alone. */
  readonly joins?: string;
  /** Whether its etcd votes. The API server needs more than a learner. */
  readonly isVoting: boolean;
}

/** A program as it is written, without what has a default. */
type Program = HostPodSpec['programs'][number];
type Arguments = readonly (readonly [string, string])[];

const keys = '/etc/kubernetes';
const ownEtcdUrl = 'https://127.0.0.1:2379';
const ownPeerUrl = 'https://127.0.0.1:2380';
/** The name of the member that begins an etcd. The others are called as their pods are. */
const firstMember = 'etcd';
const megabytes = (count: number): Bytes => bytes(count * 2 ** 20);

/**
 * Pure. Returns the programs of a control plane. What speaks to the API server is started, or brought to another version,
 * once the API server is ready in that version: no component may be newer than it.
 */
export function planPrograms(planned: PlannedControlPlane): HostPodSpec['programs'] {
  const { spec, pod } = planned;
  if (!planned.isVoting) return [etcd(planned)];
  const followers = isServing(pod, spec) ? spec.version : followedVersion(pod);
  return [
    ...(planned.etcdServers ? [] : [etcd(planned)]),
    apiServer(planned, apiServerImage(spec)),
    ...(followers === undefined
      ? []
      : [controllerManager(planned, followers), scheduler(planned, followers)]),
  ];
}

const apiServerImage = (spec: HostedControlPlaneSpec): string =>
  componentImage('kube-apiserver', spec.version, spec);

/** Pure. Tells whether the API server of a pod is ready in the version that is wanted. */
export const isServing = ({ status }: HostPod, spec: HostedControlPlaneSpec): boolean =>
  status?.programs?.some(
    ({ name, image, isReady }) => name === 'kube-apiserver' && image === apiServerImage(spec) && isReady,
  ) === true;

/** Where the etcds of other replicas reach that of a pod. */
export const peerUrlOf = (address: string): string => etcdUrl(address, 2_380);

/** Pure. Tells whether the etcd of a pod was told to listen where those of other replicas reach it. */
export const isAmongOthers = ({ spec, status }: HostPod): boolean =>
  spec.programs.some(
    ({ name, command }) =>
      name === 'etcd' && command.includes(`--listen-peer-urls=${peerUrlOf(status?.address ?? '')}`),
  );

/** Pure. Returns the members that the etcd of a pod was told to join; `undefined` if it has begun alone. */
export function joinedBy({ spec }: HostPod): string | undefined {
  const { command = [] } = spec.programs.find(({ name }) => name === 'etcd') ?? {};
  const beginning = '--initial-cluster=';
  return command.includes('--initial-cluster-state=existing')
    ? command.find((each) => each.startsWith(beginning))?.slice(beginning.length)
    : undefined;
}

/** Returns the version of what already speaks to the API server. */
function followedVersion({ spec }: HostPod): string | undefined {
  const follower = spec.programs.find(({ name }) => name === 'kube-controller-manager');
  return follower && versionOfImage(follower.image);
}

function etcd({ spec, clusterName, address, pod, isReplicated, joins }: PlannedControlPlane): Program {
  const name = joins === undefined ? firstMember : pod.metadata.name;
  const clientUrl = isReplicated ? etcdUrl(address, 2_379) : ownEtcdUrl;
  const peerUrl = isReplicated ? peerUrlOf(address) : ownPeerUrl;
  return program(
    'etcd',
    etcdImage(spec.version, spec),
    [
      ['name', name],
      ['data-dir', '/var/lib/etcd/data'],
      ['listen-client-urls', isReplicated ? `${clientUrl},${ownEtcdUrl}` : ownEtcdUrl],
      ['advertise-client-urls', clientUrl],
      ['listen-peer-urls', peerUrl],
      ['initial-advertise-peer-urls', peerUrl],
      ['initial-cluster', joins ?? `${name}=${peerUrl}`],
      ...(joins === undefined ? [] : ([['initial-cluster-state', 'existing']] as const)),
      ...['', 'peer-'].flatMap((of): Arguments => [
        [`${of}client-cert-auth`, 'true'],
        [`${of}cert-file`, `${keys}/server.crt`],
        [`${of}key-file`, `${keys}/server.key`],
        [`${of}trusted-ca-file`, `${keys}/ca.crt`],
      ]),
      // Its gateway to JSON, by which members are managed, speaks to itself as a client, for which the keys of a peer are needed.
      ['enable-grpc-gateway', String(isReplicated)],
      ['snapshot-count', '10000'],
    ],
    {
      extraArgs: spec.etcd?.extraArgs,
      secret: secretNameOf(clusterName, 'etcd', replicaOf(pod)),
      memory: megabytes(1_024),
      volumes: [{ name: 'data', path: '/var/lib/etcd' }],
    },
  );
}

function apiServer(planned: PlannedControlPlane, image: string): Program {
  const { spec, clusterName, network, address, etcdServers, pod } = planned;
  return program(
    'kube-apiserver',
    image,
    [
      ['bind-address', address],
      ['advertise-address', address],
      ['secure-port', String(apiServerPort)],
      ['tls-cert-file', `${keys}/apiserver.crt`],
      ['tls-private-key-file', `${keys}/apiserver.key`],
      ['client-ca-file', `${keys}/ca.crt`],
      ['etcd-servers', etcdServers?.join(',') ?? ownEtcdUrl],
      // Several control planes may keep their data in one etcd.
      ...(etcdServers
        ? ([['etcd-prefix', `/clusters/${pod.metadata.namespace}/${clusterName}`]] as const)
        : []),
      ['etcd-cafile', `${keys}/etcd-ca.crt`],
      ['etcd-certfile', `${keys}/etcd-client.crt`],
      ['etcd-keyfile', `${keys}/etcd-client.key`],
      ['kubelet-client-certificate', `${keys}/kubelet-client.crt`],
      ['kubelet-client-key', `${keys}/kubelet-client.key`],
      ['kubelet-preferred-address-types', 'InternalIP,ExternalIP,Hostname'],
      ['proxy-client-cert-file', `${keys}/front-proxy-client.crt`],
      ['proxy-client-key-file', `${keys}/front-proxy-client.key`],
      ['requestheader-client-ca-file', `${keys}/front-proxy-ca.crt`],
      ['requestheader-allowed-names', 'front-proxy-client'],
      ['requestheader-username-headers', 'X-Remote-User'],
      ['requestheader-group-headers', 'X-Remote-Group'],
      ['requestheader-extra-headers-prefix', 'X-Remote-Extra-'],
      ['service-account-issuer', `https://kubernetes.default.svc.${network.domain}`],
      ['service-account-key-file', `${keys}/sa.pub`],
      ['service-account-signing-key-file', `${keys}/sa.key`],
      ['service-cluster-ip-range', network.services],
      ['authorization-mode', 'Node,RBAC'],
      ['enable-admission-plugins', 'NodeRestriction'],
      ['enable-bootstrap-token-auth', 'true'],
      // The address of a Service leads somewhere on nodes only. The API server has routes to the Pods behind it.
      ['enable-aggregator-routing', 'true'],
      ['allow-privileged', 'true'],
      ['profiling', 'false'],
    ],
    {
      extraArgs: spec.apiServer?.extraArgs,
      secret: secretNameOf(clusterName, 'apiserver', replicaOf(pod)),
      memory: megabytes(2_048),
      probe: { port: apiServerPort, path: '/readyz' },
    },
  );
}

const argumentOf = (flag: string, value: string): string => `--${flag}=${value}`;
const clusterNameFlag = 'cluster-name';

/** Pure. Returns the argument by which the controller manager knows its cluster, the only one that has the name of the Cluster. */
export const clusterNameArgument = (clusterName: string): string => argumentOf(clusterNameFlag, clusterName);

function controllerManager(planned: PlannedControlPlane, version: string): Program {
  const { spec, clusterName, network, pod } = planned;
  return program(
    'kube-controller-manager',
    componentImage('kube-controller-manager', version, spec),
    [
      ...clientArguments(planned),
      ['client-ca-file', `${keys}/ca.crt`],
      ['requestheader-client-ca-file', `${keys}/front-proxy-ca.crt`],
      ['root-ca-file', `${keys}/ca.crt`],
      ['cluster-signing-cert-file', `${keys}/ca.crt`],
      ['cluster-signing-key-file', `${keys}/ca.key`],
      ['service-account-private-key-file', `${keys}/sa.key`],
      ['use-service-account-credentials', 'true'],
      ['controllers', '*,bootstrapsigner,tokencleaner'],
      [clusterNameFlag, clusterName],
      ['service-cluster-ip-range', network.services],
      ...(network.pods === undefined
        ? []
        : ([
            ['allocate-node-cidrs', 'true'],
            ['cluster-cidr', network.pods],
          ] as const)),
    ],
    {
      extraArgs: spec.controllerManager?.extraArgs,
      secret: secretNameOf(clusterName, 'controller-manager', replicaOf(pod)),
      memory: megabytes(1_024),
    },
  );
}

const scheduler = (planned: PlannedControlPlane, version: string): Program =>
  program(
    'kube-scheduler',
    componentImage('kube-scheduler', version, planned.spec),
    clientArguments(planned),
    {
      extraArgs: planned.spec.scheduler?.extraArgs,
      secret: secretNameOf(planned.clusterName, 'scheduler', replicaOf(planned.pod)),
      memory: megabytes(512),
    },
  );

/** Where there is one of each, nobody has to be elected. */
const clientArguments = ({ isReplicated }: PlannedControlPlane): Arguments => [
  ['bind-address', '127.0.0.1'],
  ['leader-elect', String(isReplicated)],
  ['profiling', 'false'],
  ['kubeconfig', `${keys}/kubeconfig`],
  ['authentication-kubeconfig', `${keys}/kubeconfig`],
  ['authorization-kubeconfig', `${keys}/kubeconfig`],
];

interface ProgramMore {
  readonly extraArgs: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly secret: string;
  readonly memory: Bytes;
  readonly volumes?: Program['volumes'];
  readonly probe?: NonNullable<Program['probe']>;
}

/** An argument that people give takes the place of ours. */
function program(
  name: string,
  image: string,
  given: Arguments,
  { extraArgs = [], secret, memory, volumes = [], probe }: ProgramMore,
): Program {
  const extra = new Set(extraArgs.map((each) => each.name));
  const all = [
    ...given.filter(([each]) => !extra.has(each)),
    ...extraArgs.map((each) => [each.name, each.value] as const),
  ];
  return {
    name,
    image,
    command: [`/usr/local/bin/${name}`, ...all.map(([each, value]) => argumentOf(each, value))],
    secrets: [{ path: keys, secretName: secret }],
    volumes,
    memory,
    cpus: 2,
    ...(probe && { probe }),
  };
}
