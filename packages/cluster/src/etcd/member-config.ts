import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { type KeyPair, peerCertificate } from '../workload/cluster-secrets.ts';
import type { EtcdAuthorities } from '../workload/etcd-authorities.ts';
import { etcdUrl } from '../workload/remote-etcd.ts';
import type { MemberRole } from '../workload/plan-etcd.ts';

export const clientPort = 2379;
const peerPort = 2380;

export const peerUrlOf = (address: string): string => etcdUrl(address, peerPort);

/** Where the image of a member finds its configuration, and starts etcd with it. */
const folder = '/etc/etcd';
export const restoredFile = '/var/lib/etcd/restored.db';
const dataDir = '/var/lib/etcd/data';

/** A member of the cluster as it is begun: a name, and where the others reach it. */
export interface InitialMember {
  readonly name: string;
  readonly peerUrl: string;
}

export interface MemberConfig {
  readonly cluster: EtcdCluster;
  readonly authorities: EtcdAuthorities;
  readonly name: string;
  readonly address: string;
  readonly role: MemberRole;
  /** All members, this one among them. */
  readonly initial: readonly InitialMember[];
  readonly nowMs: number;
}

/**
 * Pure but for the keys that it makes. Returns the user data with which a VM runs a member. It is carried out at each boot,
 * so that a VM that is restarted has new keys and keeps its data.
 */
export function memberUserData(config: MemberConfig): string {
  const { authorities, name, address, nowMs } = config;
  const names = [name, address, 'localhost', '127.0.0.1'];
  // The gateway of etcd to JSON is a client of etcd itself, and has the keys of the server.
  const client = peerCertificate(authorities.client, { name, names, nowMs });
  const peer = peerCertificate(authorities.peer, { name, names, nowMs });
  const files = {
    ...keyFiles('client', authorities.client, client),
    ...keyFiles('peer', authorities.peer, peer),
    ...(config.role === 'first' && config.cluster.spec.restore && { restore: restoreArguments(config) }),
    // The image starts etcd when this is there.
    'etcd.json': `${JSON.stringify(settingsOf(config), undefined, 2)}\n`,
  };
  const bootcmd = Object.entries(files).map(([file, content]) => [
    ...['sh', '-c', writeFile, 'sh', folder, `${folder}/${file}`, content],
  ]);
  return `#cloud-config\n${JSON.stringify({ bootcmd })}\n`;
}

/** The user data of a VM whose address is not known yet: the guest waits for its configuration. */
export const emptyUserData = '#cloud-config\n{}\n';

const writeFile =
  'umask 077; mkdir -p "$1" && printf %s "$3" >"$2.new" && chown etcd:etcd "$1" "$2.new" && mv "$2.new" "$2"';

const keyFiles = (of: 'client' | 'peer', authority: KeyPair, own: KeyPair) => ({
  [`${of}-ca.crt`]: authority.certificate,
  [`${of}.crt`]: own.certificate,
  [`${of}.key`]: own.key,
});

const initialCluster = (initial: readonly InitialMember[]): string =>
  initial.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(',');

/** Pure. Returns the configuration file of a member. What people have set does not replace what the cluster needs. */
function settingsOf({ cluster, name, address, role, initial }: MemberConfig): object {
  const urls = (port: number): string => etcdUrl(address, port);
  return {
    // An emulated guest is late at times, and an election for each time would stop the writes.
    ...{ 'heartbeat-interval': 500, 'election-timeout': 5_000 },
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': '1h',
    ...cluster.spec.config,
    name,
    'data-dir': dataDir,
    'listen-client-urls': `${urls(clientPort)},https://127.0.0.1:${clientPort}`,
    'advertise-client-urls': urls(clientPort),
    'listen-peer-urls': urls(peerPort),
    'initial-advertise-peer-urls': urls(peerPort),
    'initial-cluster': initialCluster(initial),
    'initial-cluster-state': role === 'first' ? 'new' : 'existing',
    'initial-cluster-token': cluster.metadata.uid,
    // Controllers speak to etcd through it. With a file, etcd 3.4 leaves it out unless it is told not to.
    'enable-grpc-gateway': true,
    'client-transport-security': security('client'),
    'peer-transport-security': security('peer'),
  };
}

const security = (of: 'client' | 'peer') => ({
  'cert-file': `${folder}/${of}.crt`,
  'key-file': `${folder}/${of}.key`,
  'client-cert-auth': true,
  'trusted-ca-file': `${folder}/${of}-ca.crt`,
});

/** Pure. Returns the arguments with which a snapshot becomes the data of the first member, one in a line. */
const restoreArguments = ({ cluster, name, address, initial }: MemberConfig): string =>
  [
    ...['--name', name, '--data-dir', dataDir, '--initial-cluster', initialCluster(initial)],
    ...['--initial-cluster-token', cluster.metadata.uid],
    ...['--initial-advertise-peer-urls', peerUrlOf(address), restoredFile],
  ]
    .map((each) => `${each}\n`)
    .join('');
