import type { Flags } from '../packages/cli/src/arguments/command.ts';
import { flagHelp, operandsAndFlags, valueWord } from '../packages/cli/src/render/help.ts';
import type { ReferenceCommand, ReferenceGroup, common } from './command-reference.ts';

/** Pure. Returns the command reference in Markdown, from the commands themselves. */
export function markdownReference(groups: readonly ReferenceGroup[], all: typeof common): string {
  return [
    '## Exit status\n\n',
    rows(['status', 'meaning'], all.exitStatus),
    '\n## Environment\n\n',
    rows(
      ['variable', 'meaning'],
      all.environment.map(([name, text]) => [code(name), text]),
    ),
    '\n## Flags of every command\n\n',
    flagTable(all.flags),
    ...groups.map(({ title, commands }) => `\n## ${title}\n\n${commands.map(commandSection).join('\n')}`),
  ].join('');
}

function commandSection({ command, otherSpellings }: ReferenceCommand): string {
  const also = otherSpellings.map((spelling) => code(`ignite ${spelling}`)).join(', ');
  return [
    `### ignite ${command.name}\n\n${command.summary}.\n\n`,
    block(`ignite ${command.name} ${operandsAndFlags(command)}`),
    ...(command.details ?? []).map((text) => `\n${text}\n`),
    also === '' ? '' : `\nAliases: ${also}.\n`,
    Object.keys(command.flags).length === 0 ? '' : `\n${flagTable(command.flags)}`,
    command.examples.length === 0 ? '' : `\n${block(command.examples.join('\n'))}`,
  ].join('');
}

function flagTable(flags: Flags): string {
  const entries = Object.entries(flags).map(([name, flag]) => {
    const word = valueWord(flag);
    const value = word === undefined ? '' : flag.type === 'optional' ? `[=${word}]` : ` ${word}`;
    const short = flag.short === undefined ? '' : `${code(`-${flag.short}`)}, `;
    return [
      `${short}${code(`--${name}${value}`)}`,
      flagHelp(flag) + (flag.type === 'list' ? ' (can be repeated)' : ''),
      flag.default ?? '',
    ];
  });
  return rows(['flag', 'meaning', 'default'], entries);
}

const rows = (titles: readonly string[], entries: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => '---'), ...entries]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('');

const code = (text: string): string => `\`${text}\``;
const block = (text: string): string => `\`\`\`\n${text}\n\`\`\`\n`;
