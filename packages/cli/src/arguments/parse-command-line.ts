import { parseArgs } from 'node:util';
import { nearest } from '@ignite/toolkit/text/nearest';
import { type Command, type Flag, FlagValues, type Flags } from './command.ts';
import { usageError } from './usage-error.ts';

export const globalFlags: Flags = {
  'data-dir': {
    type: 'string',
    value: 'DIR',
    help: 'where images, kernels and VMs are kept (default /var/lib/ignite)',
  },
  'run-dir': { type: 'string', value: 'DIR', help: 'where what runs is kept track of (default /run/ignite)' },
  quiet: { type: 'boolean', short: 'q', help: 'print only uids' },
  'log-level': { type: 'string', value: 'LEVEL', help: 'error, warn, info or debug (default info)' },
  help: { type: 'boolean', short: 'h', help: 'explain the command' },
};

/** Flags with values that stand before the command's name too, when which command it is cannot be known yet. */
const earlyFlags: Flags = {
  ...globalFlags,
  ...Object.fromEntries(
    (
      'name:n cpus memory size:s ports:p label:l kernel-image:k kernel-args copy-files platform registry-config-dir ' +
      'runtime network-plugin output:o format:t filter:f'
    )
      .split(' ')
      .map((flag) => flag.split(':'))
      .map(([name = '', short]) => [
        name,
        { type: 'string', help: '', ...(short !== undefined && { short }) },
      ]),
  ),
};

export interface CommandLine {
  readonly command: Command | undefined;
  readonly flags: FlagValues;
  readonly args: readonly string[];
  readonly rest: readonly string[];
}

export interface FoundCommand {
  readonly command: Command | undefined;
  /** How many words its name has. */
  readonly words: number;
}

/**
 * Reads a command line. Flags may stand before the command's name too, as the original Ignite allowed: a word behind a
 * flag that takes a value is that value.
 * @throws CodedError USAGE_INVALID
 */
export async function parseCommandLine(
  argv: readonly string[],
  find: (words: readonly string[]) => Promise<FoundCommand>,
): Promise<CommandLine> {
  const { command, words } = await find(commandWords(argv));
  const flags = { ...globalFlags, ...command?.flags };
  const values = new Map<string, string | true | readonly string[]>();
  const args: string[] = [];
  let names = words;
  for (const token of tokens(argv, flags)) {
    switch (token.kind) {
      case 'option-terminator':
        return { command, flags: new FlagValues(values), args, rest: argv.slice(token.index + 1) };
      case 'positional':
        if (names > 0) names -= 1;
        else if (command?.passesFlags && args.length >= 1)
          return { command, flags: new FlagValues(values), args, rest: argv.slice(token.index) };
        else args.push(token.value);
        break;
      case 'option': {
        const name = knownFlag(token.name, token.rawName, flags, command);
        values.set(name, flagValue(name, flags[name]!, token.value, values.get(name), command));
      }
    }
  }
  return { command, flags: new FlagValues(values), args, rest: [] };
}

function tokens(argv: readonly string[], flags: Flags) {
  const options = Object.fromEntries(
    // The command's own short letter comes before a global one of the same letter.
    Object.entries(flags)
      .toReversed()
      .map(([name, { type, short }]) => [
        name,
        {
          type: type === 'boolean' || type === 'optional' ? ('boolean' as const) : ('string' as const),
          ...(short !== undefined && { short }),
        },
      ]),
  );
  return parseArgs({ args: [...argv], options, strict: false, tokens: true }).tokens;
}

/** The words that may name the command. */
function commandWords(argv: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const token of tokens(argv, earlyFlags)) {
    if (token.kind === 'option-terminator' || found.length === 2) break;
    if (token.kind === 'positional') found.push(token.value);
  }
  return found;
}

function knownFlag(name: string, written: string, flags: Flags, command: Command | undefined): string {
  if (Object.hasOwn(flags, name)) return name;
  const meant =
    nearest(name, Object.keys(flags)) ??
    Object.keys(flags).find((known) => name.length > 2 && known.startsWith(name.slice(0, 3)));
  const hint = hintOf(command);
  throw usageError(
    `there is no flag ${written}`,
    meant === undefined ? hint : `did you mean --${meant}? ${hint}`,
  );
}

/** @throws CodedError USAGE_INVALID */
function flagValue(
  name: string,
  flag: Flag,
  given: string | undefined,
  before: string | true | readonly string[] | undefined,
  command: Command | undefined,
): string | true | readonly string[] {
  switch (flag.type) {
    case 'boolean':
      if (given !== undefined)
        throw usageError(`--${name}=${given}: it is given or not, without a value`, hintOf(command));
      return true;
    case 'optional':
      return given === undefined || given === '' ? true : given;
    case 'string':
    case 'list':
      if (given === undefined) throw usageError(`--${name} needs a value`, hintOf(command));
      if (flag.type === 'string') return given;
      return [...(typeof before === 'object' ? before : []), given];
  }
}

const hintOf = (command: Command | undefined): string =>
  `see "ignite ${command ? `${command.name} ` : ''}--help"`;
