/** What the service runs, and in which environment. */
export interface ServiceUnit {
  /** A command line, the program by its absolute path. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Pure. See systemd.service(5), systemd.exec(5) and systemd.kill(5). The VMs that it starts live in its cgroup and outlive it:
 * the one process that it ever has to end is its own.
 */
export function renderServiceUnit({ command, environment }: ServiceUnit): string {
  const variables = Object.entries(environment).map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`)}`,
  );
  return [
    '[Unit]',
    'Description=Start Ignite VMs according to their restart policies',
    'Documentation=man:ignite(1)',
    'Wants=network-online.target',
    'After=network-online.target containerd.service docker.service',
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    `ExecStart=${command.map((word) => quoted(word).replaceAll('$', () => '$$')).join(' ')}`,
    ...variables,
    'KillMode=process',
    'TasksMax=infinity',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** As one word, with nothing that systemd would expand: see "Quoting" and "Specifiers" in systemd.syntax(7). */
function quoted(word: string): string {
  const plain = word.replaceAll('%', '%%');
  if (/^[\w@%+=:,./-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}
