import type { Command, CommandDescription, Flags } from './command.ts';
import { globalFlags } from './global-flags.ts';
import { tokenize } from './tokens.ts';

/** The words of a command, in one of its spellings. */
export interface Spelling {
  readonly words: readonly string[];
  readonly command: CommandDescription;
}

/** What the first words of a command line name: a command, only a group of commands, or nothing. */
export interface Named {
  readonly words: readonly string[];
  readonly command: Command | undefined;
}

/** Looks up commands by what was typed. */
export interface CommandSource {
  /** @throws CodedError USAGE_INVALID where the words name nothing */
  find(words: readonly string[]): Promise<Named>;
  /** Whether there are commands of two words that begin with this one. */
  isGroup(word: string): boolean;
  /** All spellings of all commands, or of those that begin with `word`. */
  spellings(word?: string): Promise<readonly Spelling[]>;
}

/**
 * Which command a command line names. Its flags may stand before its name, as the original allowed, and only the
 * command says which of them take the next word as their value: so that command is meant by whose flags its own name
 * comes first of the words that remain.
 * @throws CodedError USAGE_INVALID
 */
export async function findNamed(argv: readonly string[], source: CommandSource): Promise<Named> {
  const { words, isCertain } = firstWords(argv, source);
  if (isCertain) return await source.find(words);
  const spellings = await source.spellings(words[0]);
  const meant = bestReading(argv, spellings);
  if (meant) return await source.find(meant.words);
  const union = Object.assign(
    {},
    ...spellings.map(({ command }) => valuedFlags(command)),
    globalFlags,
  ) as Flags;
  return await source.find(wordsOf(argv, union).slice(0, 2));
}

/** The words before any flag other than the global ones, at most two. */
function firstWords(
  argv: readonly string[],
  source: CommandSource,
): { readonly words: readonly string[]; readonly isCertain: boolean } {
  const words: string[] = [];
  for (const token of tokenize(argv, globalFlags)) {
    if (token.kind === 'end') break;
    if (token.kind === 'word') words.push(token.text);
    else if (!Object.hasOwn(globalFlags, token.name)) return { words, isCertain: false };
    if (words.length === 2 || (words.length === 1 && !source.isGroup(words[0]!))) break;
  }
  return { words, isCertain: true };
}

/** Of the spellings that stand at the beginning of the words, the longest whose command knows the most of the flags. */
function bestReading(argv: readonly string[], spellings: readonly Spelling[]): Spelling | undefined {
  const readings = spellings.flatMap((spelling) => {
    const flags = { ...globalFlags, ...spelling.command.flags };
    const words = wordsOf(argv, flags);
    if (!spelling.words.every((word, at) => words[at] === word)) return [];
    const unknown = [...tokenize(argv, flags)].filter(
      (token) => token.kind === 'flag' && !Object.hasOwn(flags, token.name),
    );
    return [{ spelling, unknown: unknown.length }];
  });
  const [best] = readings.sort(
    (a, b) => a.unknown - b.unknown || b.spelling.words.length - a.spelling.words.length,
  );
  return best?.spelling;
}

const wordsOf = (argv: readonly string[], flags: Flags): readonly string[] =>
  [...tokenize(argv, flags)].flatMap((token) => (token.kind === 'word' ? [token.text] : []));

const valuedFlags = ({ flags }: CommandDescription): Flags =>
  Object.fromEntries(Object.entries(flags).filter(([, { type }]) => type === 'string' || type === 'list'));
