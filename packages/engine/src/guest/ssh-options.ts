/** Options that let ssh(1) in without a question and without trusting a host key that we did not make. */
export function sshOptions(vm: {
  readonly uid: string;
  readonly knownHosts: string;
  readonly identity: string;
  /** Of the connection that commands share; absent: each makes its own. */
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
      `UserKnownHostsFile=${quoted(vm.knownHosts)}`,
      'GlobalKnownHostsFile=none',
      `HostKeyAlias=${vm.uid}`,
      'HostKeyAlgorithms=ssh-ed25519',
      'StrictHostKeyChecking=yes',
      'CheckHostIP=no',
      'ConnectTimeout=10',
      'ServerAliveInterval=30',
      'LogLevel=ERROR',
      ...(vm.session === undefined ? [] : sharedConnection(vm.session)),
    ].flatMap((option) => ['-o', option]),
  ];
}

/** What a handshake costs a guest is paid once: the first command leaves its connection to those of the next minute. */
const sharedConnection = (session: string): readonly string[] => [
  'ControlMaster=auto',
  `ControlPath=${quoted(session)}`,
  'ControlPersist=60',
];

/** ssh_config(5) splits file lists at blanks unless they are quoted, and expands percent tokens. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;
