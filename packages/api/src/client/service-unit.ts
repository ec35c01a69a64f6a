/** The command line of the service, and its environment. */
export interface ServiceUnit {
  /** The command line, with the absolute path of the program. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Pure. Writes the unit of the service (systemd.service(5), systemd.exec(5) and systemd.kill(5)). The VMs
 * that it starts are in its cgroup and outlive it, so systemd may kill only the service's own process.
 */
export function renderServiceUnit({ command, environment }: ServiceUnit): string {
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
    `ExecStart=${commandText(command)}`,
    ...environmentLines(environment),
    'KillMode=process',
    'TasksMax=infinity',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** Pure. Writes a command line as a unit has it. */
export const commandText = (command: readonly string[]): string =>
  command.map((word) => quoted(word).replaceAll('$', () => '$$')).join(' ');

/** Pure. Writes the lines of a unit that set variables. */
export const environmentLines = (environment: ServiceUnit['environment']): readonly string[] =>
  Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`);

/** Quotes a word so that systemd expands nothing in it ("Quoting" and "Specifiers" in systemd.syntax(7)). */
function quoted(word: string): string {
  const plain = word.replaceAll('%', '%%');
  if (/^[\w@%+=:,./-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}
