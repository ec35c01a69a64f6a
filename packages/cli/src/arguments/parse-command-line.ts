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
  'ignite-config': {
    type: 'string',
    value: 'FILE',
    help: 'a configuration file (default /etc/ignite/config.yaml)',
  },
  help: { type: 'boolean', short: 'h', help: 'explain the command' },
};

export interface CommandLine {
  readonly command: Command | undefined;
  readonly flags: FlagValues;
  readonly args: readonly string[];
  readonly rest: readonly string[];
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
  const found = await find(commandWords(argv));
  const { command } = found;
  const flags = { ...globalFlags, ...command?.flags };
  const values = new Map<string, string | true | readonly string[]>();
  const args: string[] = [];
  let rest: readonly string[] = [];
  let words = found.words;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (word === '--') {
      rest = argv.slice(at + 1);
      break;
    }
    if (command?.passesFlags && args.length >= 1 && words === 0) {
      rest = argv.slice(at);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      if (words > 0) words -= 1;
      else args.push(word);
      continue;
    }
    at += takeFlag(word, argv[at + 1], flags, values, command);
  }
  return { command, flags: new FlagValues(values), args, rest };
}

export interface FoundCommand {
  readonly command: Command | undefined;
  /** How many words its name has. */
  readonly words: number;
}

/** The words that may name the command: those that are no flags, nor values of flags that any command knows. */
function commandWords(argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < argv.length && words.length < 2; at += 1) {
    const word = argv[at]!;
    if (word === '--') break;
    if (!word.startsWith('-')) words.push(word);
    else if (
      words.length === 0 &&
      !word.includes('=') &&
      takesValueBeforeCommand.has(word.replace(/^--?/, ''))
    )
      at += 1;
  }
  return words;
}

const takesValueBeforeCommand = new Set([
  ...[
    'data-dir',
    'run-dir',
    'log-level',
    'ignite-config',
    'runtime',
    'network-plugin',
    'id-prefix',
    'registry-config-dir',
  ],
  ...[
    'name',
    'n',
    'cpus',
    'memory',
    'size',
    's',
    'ports',
    'p',
    'label',
    'l',
    'kernel-image',
    'k',
    'output',
    'o',
    'format',
    'filter',
  ],
]);

/** Returns how many further words the flag took. */
function takeFlag(
  word: string,
  next: string | undefined,
  flags: Flags,
  values: Map<string, string | true | readonly string[]>,
  command: Command | undefined,
): number {
  const [, dashes = '', written = '', given] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const [name, flag] = findFlag(dashes, written, flags, command);
  if (flag.type === 'boolean') {
    if (given !== undefined && given !== 'true' && given !== 'false') {
      throw usageError(`${word}: takes true or false, not a value`, hintOf(command));
    }
    if (given !== 'false') values.set(name, true);
    return 0;
  }
  if (flag.type === 'optional') {
    values.set(name, given === undefined || given === '' ? true : given);
    return 0;
  }
  const value = given ?? next;
  if (value === undefined) throw usageError(`--${name} needs a value`, hintOf(command));
  const before = values.get(name);
  values.set(name, flag.type === 'list' ? [...(typeof before === 'object' ? before : []), value] : value);
  return given === undefined ? 1 : 0;
}

function findFlag(
  dashes: string,
  written: string,
  flags: Flags,
  command: Command | undefined,
): readonly [string, Flag] {
  const found =
    dashes === '--'
      ? Object.entries(flags).find(([name]) => name === written)
      : Object.entries(flags).findLast(([, flag]) => flag.short === written);
  if (found) return found;
  const nearest = Object.keys(flags).find((name) => name.startsWith(written.slice(0, 3)));
  throw usageError(
    `there is no flag ${dashes}${written}`,
    nearest !== undefined && written.length > 2
      ? `did you mean --${nearest}? ${hintOf(command)}`
      : hintOf(command),
  );
}

const hintOf = (command: Command | undefined): string =>
  `see "ignite ${command ? `${command.name} ` : ''}--help"`;
