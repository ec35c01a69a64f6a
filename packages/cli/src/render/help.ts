import type { CommandDescription, Flag, Flags } from '../arguments/command.ts';
import { globalFlags } from '../arguments/global-flags.ts';
import { twoColumns, wrap } from './text/text-width.ts';

/** What the reader's terminal can do. */
export interface HelpStyle {
  /** Columns. */
  readonly width: number;
  readonly bold: boolean;
}

/** Commands under a title, each with the words that it is called by. */
export interface HelpSection {
  readonly title: string;
  readonly rows: readonly (readonly [words: string, summary: string])[];
}

const beyondReading = 100;

export function overviewHelp(sections: readonly HelpSection[], terminal: HelpStyle): string {
  const style = readable(terminal);
  return [
    'Ignite runs OCI images as real virtual machines.\n',
    heading('Examples', style),
    '  ignite run debian:12 --cpus 2 --memory 1GB --ssh --name my-vm\n',
    '  ignite ps\n',
    '  ignite exec my-vm -- uname -a\n',
    '  ignite rm -f my-vm\n',
    ...commandSections(sections, style),
    heading('Global flags', style),
    flagLines(globalFlags, style),
    '\n',
    paragraph(
      'Run "ignite COMMAND --help" for more information on a command, or "ignite doctor" to check this host.',
      style,
    ),
  ].join('');
}

/** The help of the daemon's own name. */
export function daemonHelp(sections: readonly HelpSection[], terminal: HelpStyle): string {
  const style = readable(terminal);
  return [
    paragraph(
      'The Ignite daemon keeps this host in sync with a Git repository or a directory of manifests.',
      style,
    ),
    heading('Examples', style),
    '  ignited gitops https://example.org/vms.git --path hosts/a\n',
    '  ignited daemon --manifests /srv/vms\n',
    ...commandSections(sections, style),
    heading('Global flags', style),
    flagLines(globalFlags, style),
    '\n',
    paragraph(
      'Run "ignited COMMAND --help" for more information on a command. All commands of "ignite" work under this name too.',
      style,
    ),
  ].join('');
}

/** The help of a group: a first word that several commands share. */
export function groupHelp(
  word: string,
  rows: HelpSection['rows'],
  alone: CommandDescription | undefined,
  terminal: HelpStyle,
): string {
  const style = readable(terminal);
  const summary = alone && `Without a subcommand: ${lowerFirst(alone.summary)}.`;
  return [
    `Commands of "ignite ${word}". ${summary ?? ''}`.trimEnd() + '\n',
    heading('Usage', style),
    `  ignite ${word} ${alone ? '[COMMAND]' : 'COMMAND'} [flags]\n`,
    ...commandSections([{ title: 'Commands', rows }], style),
    ...(alone ? [heading('Flags without a subcommand', style), flagLines(alone.flags, style)] : []),
    `\nRun "ignite ${word} COMMAND --help" for more information on a command.\n`,
  ].join('');
}

export interface HelpOfCommand {
  readonly command: CommandDescription;
  readonly otherSpellings: readonly string[];
  readonly subcommands: HelpSection['rows'];
}

export function commandHelp(
  { command, otherSpellings, subcommands }: HelpOfCommand,
  terminal: HelpStyle,
): string {
  const style = readable(terminal);
  return [
    `${wrap(command.summary, style.width).join('\n')}\n`,
    ...(command.details ?? []).map((text) => `\n${wrap(text, style.width).join('\n')}\n`),
    heading('Usage', style),
    `  ${wrap(`ignite ${command.name} ${operandsAndFlags(command)}`, style.width - 6).join('\n      ')}\n`,
    ...section('Aliases', style, otherSpellings.map((spelling) => `  ignite ${spelling}\n`).join('')),
    ...section('Examples', style, command.examples.map((line) => `  ${line}\n`).join('')),
    ...(subcommands.length === 0 ? [] : commandSections([{ title: 'Commands', rows: subcommands }], style)),
    ...section('Flags', style, flagLines(command.flags, style)),
    heading('Global flags', style),
    flagLines(globalFlags, style),
  ].join('');
}

/** The usage after the name of a command. Flags of Ignite come before words that are passed on. */
export function operandsAndFlags({ arguments: operands, passesFlags }: CommandDescription): string {
  const [, ours = '', passed = ''] = (passesFlags ? /^()(.*)$/ : /^(.*?) ?(\[-- .*)?$/).exec(operands) ?? [];
  return [ours, '[flags]', passed].filter(Boolean).join(' ');
}

const section = (title: string, style: HelpStyle, text: string): readonly string[] =>
  text === '' ? [] : [heading(title, style), text];

/** All sections share the width of the left column, because they are read as one list. */
function commandSections(sections: readonly HelpSection[], style: HelpStyle): readonly string[] {
  const left = Math.max(...sections.flatMap(({ rows }) => rows.map(([words]) => words.length)));
  return sections.flatMap(({ title, rows }) => [
    heading(title, style),
    twoColumns(
      rows.map(([words, summary]) => [words.padEnd(left), summary]),
      style,
    ),
  ]);
}

function flagLines(flags: Flags, style: HelpStyle): string {
  return twoColumns(
    Object.entries(flags).map(([name, flag]) => [flagUsage(name, flag), flagText(flag)]),
    style,
  );
}

/** `-n, --name NAME`, as the help and the reference show it. */
function flagUsage(name: string, flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  const word = valueWord(flag);
  if (word === undefined) return `${short}--${name}`;
  return `${short}--${name}${flag.type === 'optional' ? `[=${word}]` : ` ${word}`}`;
}

export const valueWord = ({ value, values }: Flag): string | undefined => value ?? values?.join('|');

/** The values of a flag where neither its word nor its help names them. */
const valuesToName = ({ value, values = [], help }: Flag): readonly string[] =>
  value === undefined || values.every((each) => help.includes(each)) ? [] : values;

const flagText = (flag: Flag): string =>
  flag.default === undefined ? flagHelp(flag) : `${flagHelp(flag)} (default ${flag.default})`;

/** What a flag is for, with its values where nothing else names them. */
export function flagHelp(flag: Flag): string {
  const values = valuesToName(flag).join(', ');
  return values === '' ? flag.help : `${flag.help} (${values})`;
}

const paragraph = (text: string, { width }: HelpStyle): string => `${wrap(text, width).join('\n')}\n`;

const heading = (title: string, { bold }: HelpStyle): string =>
  bold ? `\n\u001b[1m${title}:\u001b[0m\n` : `\n${title}:\n`;

const readable = (style: HelpStyle): HelpStyle => ({ ...style, width: Math.min(style.width, beyondReading) });

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
