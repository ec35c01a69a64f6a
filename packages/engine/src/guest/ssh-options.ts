/** Options that let ssh(1) in without a question and without trusting a host key that we did not make. */
export function sshOptions(vm: {
  readonly uid: string;
  readonly knownHosts: string;
  readonly identity: string;
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
    ].flatMap((option) => ['-o', option]),
  ];
}

/** ssh_config(5) splits file lists at blanks unless they are quoted, and expands percent tokens. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;
