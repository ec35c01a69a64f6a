/**
 * The time to wait for a server's banner. A guest on a busy host accepts connections long before its server
 * speaks.
 */
export const bannerMs = 30_000;

/**
 * Returns the options by which ssh(1) asks no questions and trusts only the host key that Ignite has made.
 */
export function sshOptions(vm: {
  readonly uid: string;
  readonly knownHosts: string;
  readonly identity: string;
  /** The socket of the connection that commands share. Without it, each command makes its own connection. */
  readonly session?: string;
}): readonly string[] {
  return [
    '-F',
    'none',
    '-i',
    vm.identity,
    ...[
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'PreferredAuthentications=publickey',
      ...hostKeyOptions(vm),
      `ConnectTimeout=${bannerMs / 1_000}`,
      'ServerAliveInterval=30',
      'LogLevel=ERROR',
      ...(vm.session === undefined ? [] : sharedConnection(vm.session)),
    ].flatMap((option) => ['-o', option]),
  ];
}

/** Returns the options by which ssh(1) trusts only the host key that Ignite has made for a VM. */
export const hostKeyOptions = (vm: {
  readonly uid: string;
  readonly knownHosts: string;
}): readonly string[] => [
  `UserKnownHostsFile=${quoted(vm.knownHosts)}`,
  'GlobalKnownHostsFile=none',
  `HostKeyAlias=${vm.uid}`,
  'HostKeyAlgorithms=ssh-ed25519',
  'StrictHostKeyChecking=yes',
  'CheckHostIP=no',
];

/** Lets commands share a connection for a minute, so that a guest pays for the handshake once. */
const sharedConnection = (session: string): readonly string[] => [
  'ControlMaster=auto',
  `ControlPath=${quoted(session)}`,
  'ControlPersist=60',
];

/** ssh_config(5) splits lists of files at spaces unless they are quoted, and expands percent tokens. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;
