import { nearest } from '@ignite/toolkit/text/nearest';
import { type Command, type Flag, type FlagValue, FlagValues, type Flags } from './command.ts';
import { type CommandSource, findNamed } from './find-command.ts';
import { globalFlags } from './global-flags.ts';
import { withLetters } from './namespace.ts';
import { type Token, tokenize } from './tokens.ts';
import { usageError } from './usage-error.ts';

export interface CommandLine {
  readonly command: Command | undefined;
  /** The words by which it was named, or a group of commands. */
  readonly name: readonly string[];
  readonly flags: FlagValues;
  readonly args: readonly string[];
  readonly rest: readonly string[];
}

/**
 * Reads a command line.
 * @throws CodedError USAGE_INVALID
 */
export async function parseCommandLine(argv: readonly string[], source: CommandSource): Promise<CommandLine> {
  const { command, words } = await findNamed(argv, source);
  return readArguments(argv, command, words);
}

/** Pure. @throws CodedError USAGE_INVALID */
function readArguments(
  argv: readonly string[],
  command: Command | undefined,
  name: readonly string[],
): CommandLine {
  const flags = withLetters({ ...globalFlags, ...command?.flags }, argv);
  const values = new Map<string, FlagValue>();
  const args: string[] = [];
  let names = name.length;
  const line = (rest: readonly string[]): CommandLine => ({
    command,
    name,
    flags: new FlagValues(values),
    args,
    rest,
  });
  for (const token of tokenize(argv, flags)) {
    if (token.kind === 'end') return line(argv.slice(token.index + 1));
    if (token.kind === 'flag') values.set(...flagValue(token, flags, values, command));
    else if (names > 0) names -= 1;
    else if (command?.passesFlags && args.length >= 1) return line(argv.slice(token.index));
    else args.push(token.text);
  }
  return line([]);
}

type FlagToken = Extract<Token, { kind: 'flag' }>;

/** @throws CodedError USAGE_INVALID */
function flagValue(
  { name, written, value }: FlagToken,
  flags: Flags,
  before: ReadonlyMap<string, FlagValue>,
  command: Command | undefined,
): readonly [name: string, value: FlagValue] {
  if (!Object.hasOwn(flags, name)) throw unknownFlag(name, written, flags, command);
  const flag = flags[name]!;
  switch (flag.type) {
    case 'boolean':
      return [name, value === undefined || parseBoolean(name, value, command)];
    case 'optional':
      return [name, value === undefined || value === '' ? true : value];
    case 'string':
    case 'list': {
      if (value === undefined) throw usageError(`--${name} needs a value`, hintOf(command));
      const { values } = flag;
      const parts = flag.type === 'list' ? value.split(',') : [value];
      const given = values ? parts.map((part) => oneOf(values, name, part)).join(',') : value;
      const earlier = before.get(name);
      return [
        name,
        flag.type === 'string' ? given : [...(typeof earlier === 'object' ? earlier : []), given],
      ];
    }
  }
}

/** What Go's strconv.ParseBool takes, as the original did. @throws CodedError USAGE_INVALID */
function parseBoolean(name: string, text: string, command: Command | undefined): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw usageError(`--${name}=${text}: must be true or false`, hintOf(command));
}

function oneOf(values: NonNullable<Flag['values']>, name: string, text: string): string {
  const value = values.find((each) => each === text.toLowerCase());
  if (value !== undefined) return value;
  const meant = nearest(text.toLowerCase(), values);
  throw usageError(
    `--${name}: unknown value ${JSON.stringify(text)}`,
    meant === undefined ? `use one of ${values.join(', ')}` : `did you mean "${meant}"?`,
  );
}

/** What flags are called by other tools. */
const habits: Readonly<Record<string, string>> = {
  publish: 'ports',
  hostname: 'name',
  disk: 'size',
  'cloud-init': 'user-data',
};

function unknownFlag(name: string, written: string, flags: Flags, command: Command | undefined): Error {
  const known = Object.keys(flags);
  const meant = [
    Object.hasOwn(habits, name) ? habits[name] : undefined,
    name.length > 2 ? known.find((each) => each.startsWith(name)) : undefined,
    nearest(name, known),
    name.length > 2 ? known.find((each) => each.startsWith(name.slice(0, 3))) : undefined,
  ].find((each) => each !== undefined && known.includes(each));
  const hint = hintOf(command);
  return usageError(
    `unknown flag: ${written}`,
    meant === undefined ? hint : `did you mean --${meant}? ${hint}`,
  );
}

const hintOf = (command: Command | undefined): string =>
  `see "ignite ${command ? `${command.name} ` : ''}--help"`;
