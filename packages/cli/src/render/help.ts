import type { Command, Flags } from '../arguments/command.ts';
import { globalFlags } from '../arguments/parse-command-line.ts';

export function commandHelp(command: Command): string {
  const examples = command.examples.map((line) => `  ${line}\n`).join('');
  return [
    `${command.summary}\n`,
    `\nUsage:\n  ignite ${command.name}${command.arguments === '' ? '' : ` ${command.arguments}`} [flags]\n`,
    examples === '' ? '' : `\nExamples:\n${examples}`,
    Object.keys(command.flags).length === 0 ? '' : `\nFlags:\n${flagLines(command.flags)}`,
    `\nGlobal flags:\n${flagLines(globalFlags)}`,
  ].join('');
}

export function overviewHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `Ignite runs OCI images as real virtual machines.

Try:
  ignite run debian:12 --cpus 2 --memory 1GB --ssh --name my-vm
  ignite ps
  ignite exec my-vm -- uname -a
  ignite rm -f my-vm

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}\n`).join('')}
"ignite COMMAND --help" explains a command; "ignite doctor" checks this host.
`;
}

function flagLines(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
    const value =
      flag.value === undefined ? '' : flag.type === 'optional' ? `[=${flag.value}]` : ` ${flag.value}`;
    return [`  ${short}--${name}${value}`, flag.help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `${left.padEnd(width)}   ${help}\n`).join('');
}
