import type { Command } from '../../arguments/command.ts';
import type { Io } from '../../io.ts';
import {
  type HelpSection,
  type HelpStyle,
  commandHelp,
  daemonHelp,
  groupHelp,
  overviewHelp,
} from '../../render/help.ts';
import { commandSource } from '../command-source.ts';
import { commandDescriptions } from '../descriptions.ts';
import { commandGroups, daemonCommands } from '../registry.ts';
import { groupWords, otherSpellings, subcommandsOf } from '../spelling.ts';

export const help: Command = {
  name: 'help',
  arguments: '[COMMAND...]',
  arity: { least: 0, most: 2 },
  summary: 'Show help for a command, or list all commands',
  examples: ['ignite help', 'ignite help run', 'ignite help image import'],
  flags: {},
  run: async ({ args, io }) => {
    io.out.write(Buffer.from(await helpAbout(args, styleOf(io)))); // all of it is ours
    return 0;
  },
};

const pipeWidth = 80;

export const styleOf = (io: Io): HelpStyle => ({
  width: io.width ?? (Number(io.env['COLUMNS']) || pipeWidth),
  bold: io.isColoured,
});

/** @throws CodedError USAGE_INVALID where the words name nothing */
export async function helpAbout(words: readonly string[], style: HelpStyle): Promise<string> {
  const [first] = words;
  if (first === undefined) return overviewHelp(await Promise.all(commandGroups.map(sectionOf)), style);
  if (first === 'ignited' && words.length === 1)
    return daemonHelp([{ title: 'Commands', rows: await rowsOf(daemonCommands.map(asIs)) }], style);
  const { command } = await commandSource.find(words);
  const rows = words.length === 1 && groupWords.has(first) ? await rowsOf([...subcommandsOf(first)]) : [];
  if (!command || (rows.length > 0 && command.name !== first)) return groupHelp(first, rows, command, style);
  return commandHelp({ command, otherSpellings: otherSpellings(command.name), subcommands: rows }, style);
}

const sectionOf = async ({ title, commands }: (typeof commandGroups)[number]): Promise<HelpSection> => ({
  title,
  rows: await rowsOf(Object.keys(commands).map(asIs)),
});

const asIs = (name: string): readonly [string, string] => [name, name];

async function rowsOf(
  named: readonly (readonly [words: string, name: string])[],
): Promise<HelpSection['rows']> {
  const descriptions = await commandDescriptions();
  return named.map(([words, name]) => [words, descriptions[name]!.summary]);
}
