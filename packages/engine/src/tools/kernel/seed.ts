import { quotedWord } from '@ignite/toolkit/text/shell-word';
import { type CpioEntry, cpioArchive, file, withParents } from './cpio.ts';

/** An interface of the guest. Its place in the list is its number, and the guest finds it by its MAC. */
export interface SeedInterface {
  readonly mac: string;
  /** The MTU in bytes. */
  readonly mtu: number;
  /** The addresses, with prefix lengths. */
  readonly addresses: readonly string[];
  /** The routes, in an order in which they can be added. `to` is `default`, a subnet or an address. */
  readonly routes: readonly { readonly to: string; readonly via?: string }[];
}

/** A volume that guest/init mounts into the guest's file system. */
export interface SeedMount {
  /** The serial of the volume's disk, or the tag of its folder. */
  readonly serial: string;
  readonly volume: string;
  /** The type of the file system, which is `virtiofs` for a folder. */
  readonly fileSystem: string;
  readonly path: string;
  /** Whether the device is read-only. */
  readonly isReadOnly: boolean;
  /** Whether only this mount of the device is read-only. */
  readonly isMountedReadOnly: boolean;
  /** Whether Ignite may grow the file system to the size of its disk. */
  readonly grows: boolean;
}

/** Everything that distinguishes this VM from the other VMs of its image. */
export interface GuestSeed {
  readonly vmUid: string;
  readonly hostname: string;
  /** Whether the disk was another VM's before. The identity on such a disk is kept. */
  readonly adopted: boolean;
  readonly bootMode: 'init' | 'entrypoint';
  /** Whether the root file system is on one of the partitions of its disk. */
  readonly isWholeDisk: boolean;
  /** The programs that guest/init runs before it hands over. */
  readonly programs?: readonly CpioEntry[];
  /** The interfaces, starting with eth0. */
  readonly interfaces: readonly SeedInterface[];
  readonly dns: {
    readonly servers: readonly string[];
    readonly search: readonly string[];
    readonly options: readonly string[];
  };
  /** The hosts that the guest knows by name, besides itself. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  readonly authorizedKeys: readonly string[];
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
  readonly argv: readonly string[];
  readonly environ: readonly string[];
  readonly user: string;
  readonly workDir: string;
  readonly stopSignal: string;
  /** Whether the entrypoint gets a terminal. */
  readonly isTerminal: boolean;
  /** Fresh random bytes for the guest's random number generator. */
  readonly entropy: Uint8Array;
  readonly mounts: readonly SeedMount[];
  /** What guest/bootstrap reads to carry out the user data. */
  readonly userData?: readonly CpioEntry[];
  /** The files to copy into the guest. `path` is absolute in the guest. */
  readonly files: readonly { readonly path: string; readonly mode: number; readonly content: Uint8Array }[];
}

/**
 * Pure. Returns the archive on the read-only disk `seed`, which guest/init reads. Its size is a multiple of
 * 512 bytes, the size of a sector.
 */
export function renderSeed(seed: GuestSeed): Buffer {
  const env = {
    VM_UID: seed.vmUid,
    HOSTNAME: seed.hostname,
    MODE: seed.bootMode,
    ADOPTED: seed.adopted ? 'yes' : '',
    WHOLE_DISK: seed.isWholeDisk ? 'yes' : '',
    USER_SPEC: seed.user,
    WORKDIR: seed.workDir || '/',
    STOP_SIGNAL: seed.stopSignal || 'SIGTERM',
    TERMINAL: seed.isTerminal ? 'yes' : '',
  };
  const entries: CpioEntry[] = [
    file('env', lines(Object.entries(env).map(([name, value]) => `${name}=${quotedWord(value)}`)), 0o600),
    file('interfaces', lines(seed.interfaces.flatMap(interfaceLines))),
    file('hosts', lines(hostLines(seed))),
    file('resolv.conf', lines(resolverLines(seed.dns))),
    file('argv', seed.argv.map(quotedWord).join(' ')),
    file('environ', seed.environ.map(quotedWord).join(' ')),
    file('entropy', seed.entropy, 0o600),
    ...(seed.mounts.length > 0 ? [file('volumes', mountScript(seed.mounts))] : []),
    ...(seed.authorizedKeys.length > 0
      ? [
          file('authorized_keys', lines(seed.authorizedKeys), 0o600),
          file('ssh_host_ed25519_key', seed.hostKey.privateKey, 0o600),
          file('ssh_host_ed25519_key.pub', seed.hostKey.publicKey),
        ]
      : []),
    ...(seed.programs ?? []).map((entry) => ({ ...entry, path: `programs/${entry.path}` })),
    ...(seed.userData ?? []).map((entry) => ({ ...entry, path: `user-data/${entry.path}` })),
    ...seed.files.map(({ path, mode, content }) => file(`files${path}`, content, mode)),
  ];
  return cpioArchive(withParents(entries));
}

/** Returns what guest/init does for an interface, line by line. */
function interfaceLines({ mac, mtu, addresses, routes }: SeedInterface, at: number): readonly string[] {
  return [
    `link eth${at} ${mac} ${mtu}`,
    ...addresses.map((address) => `address eth${at} ${address}`),
    ...routes.map(({ to, via }) => `route eth${at} ${via === undefined ? to : `${to} ${via}`}`),
  ];
}

function hostLines({ interfaces, hostname, hosts }: GuestSeed): readonly string[] {
  const [eth0] = interfaces;
  return [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...(eth0?.addresses ?? []).map((address) => `${address.split('/')[0]} ${hostname}`),
    ...hosts.map(({ name, address }) => `${address} ${name}`),
  ];
}

const resolverLines = ({ servers, search, options }: GuestSeed['dns']): readonly string[] => [
  ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
  ...servers.map((server) => `nameserver ${server}`),
  ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
];

/** Returns the commands with which guest/init mounts the volumes. A path comes before the paths below it. */
const mountScript = (mounts: readonly SeedMount[]): string =>
  lines(
    mounts
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
      .map((mount) =>
        [
          'mount_volume',
          ...[mount.serial, mount.volume, mount.fileSystem, mount.path].map(quotedWord),
          mount.isReadOnly ? 'ro' : 'rw',
          mount.isMountedReadOnly ? 'ro' : 'rw',
          mount.grows ? 'grow' : 'keep',
        ].join(' '),
      ),
  );

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
