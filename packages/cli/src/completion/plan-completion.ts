import { cniNetworkResource } from '@ignite/api/v1/resources/cni-network';
import { resourceNamed } from '@ignite/toolkit/scheme/resource';
import { FlagValues, type Flag, type FlagValue, type Flags } from '../arguments/command.ts';
import type { Spelling } from '../arguments/find-command.ts';
import { globalFlags } from '../arguments/global-flags.ts';
import { listedKinds } from '../arguments/listed-kinds.ts';
import { withLetters } from '../arguments/namespace.ts';
import { type Placeholder, choicesAt, parseOperands, placeholder } from '../arguments/operand.ts';
import { takesValue, tokenize } from '../arguments/tokens.ts';

export interface Candidate {
  readonly text: string;
  readonly help: string;
}

/** What may stand in the place of the last word: words that are known, and things to look up. */
type LookUp = Exclude<Placeholder, { kind: 'literal' | 'named-object' | 'anything' }>;

export interface CompletionPlan {
  readonly candidates: readonly Candidate[];
  readonly lookUp: readonly LookUp[];
  /** What was named already, and is not offered again. */
  readonly named: readonly string[];
  /** What stands before the completed part in the last word, such as `--config=`. */
  readonly prefix: string;
  /** The flags that were given so far. */
  readonly flags: FlagValues;
}

/**
 * Pure. How to complete the last of `words`, which stand behind the program's name. `words` of candidates may be
 * beginnings that do not fit: whoever shows them filters.
 */
export function planCompletion(words: readonly string[], spellings: readonly Spelling[]): CompletionPlan {
  const [before, last] = [words.slice(0, -1), words.at(-1) ?? ''];
  const { spelling, flags, values, args, pending, isPassed } = readSoFar(before, spellings);
  const plan = (found: Partial<CompletionPlan>): CompletionPlan => ({
    candidates: [],
    lookUp: [],
    named: [],
    prefix: '',
    flags: new FlagValues(values),
    ...found,
  });
  if (isPassed) return plan({});
  if (pending) return plan(fromFlag(pending));
  const inline = /^(--([^=]+)=)/.exec(last);
  if (inline) {
    const [, prefix = '', name = ''] = inline;
    return Object.hasOwn(flags, name) ? plan({ ...fromFlag(flags[name]!), prefix }) : plan({});
  }
  if (last.startsWith('-')) return plan({ candidates: flagCandidates(flags, values) });
  if (spelling?.command.name === 'help') return plan({ candidates: nextWords(args, spellings) });
  const subwords = args.length === 0 ? nextWords(spelling?.words ?? [], spellings) : [];
  const choices = spelling ? choicesAt(parseOperands(spelling.command.arguments), args.length) : [];
  return plan({ ...merge([{ candidates: subwords }, fromChoices(choices, args[0])]), named: args });
}

interface SoFar {
  readonly spelling: Spelling | undefined;
  readonly flags: Flags;
  readonly values: ReadonlyMap<string, FlagValue>;
  readonly args: readonly string[];
  /** The flag whose value is still to come. */
  readonly pending: Flag | undefined;
  /** Whether what follows is a command for the guest. */
  readonly isPassed: boolean;
}

/** The longest command whose name the words begin with, read with its flags. */
function readSoFar(before: readonly string[], spellings: readonly Spelling[]): SoFar {
  const readings = [undefined, ...spellings]
    .map((spelling) => read(before, spelling))
    .filter(({ names, spelling }) => (spelling?.words ?? []).every((word, at) => names[at] === word))
    .toSorted((a, b) => (b.spelling?.words.length ?? 0) - (a.spelling?.words.length ?? 0));
  return readings[0]!;
}

function read(
  before: readonly string[],
  spelling: Spelling | undefined,
): SoFar & { readonly names: readonly string[] } {
  const flags = withLetters({ ...globalFlags, ...spelling?.command.flags }, before);
  const values = new Map<string, FlagValue>();
  const words: string[] = [];
  let pending: Flag | undefined;
  let isPassed = false;
  const count = spelling?.words.length ?? 0;
  for (const token of tokenize(before, flags)) {
    if (token.kind === 'end') isPassed = true;
    else if (token.kind === 'word') words.push(token.text);
    else if (Object.hasOwn(flags, token.name)) {
      if (token.value === undefined && takesValue(flags[token.name])) pending = flags[token.name];
      else values.set(token.name, token.value ?? true);
    }
    if (spelling?.command.passesFlags && words.length > count + 1) isPassed = true;
    if (isPassed) break;
  }
  return {
    spelling,
    flags,
    values,
    pending,
    isPassed,
    names: words.slice(0, count),
    args: words.slice(count),
  };
}

/** The words that may stand behind those: of commands, and of groups of commands. */
function nextWords(behind: readonly string[], spellings: readonly Spelling[]): readonly Candidate[] {
  const found = new Map<string, string>();
  for (const { words, command } of spellings) {
    if (words.length <= behind.length || !behind.every((word, at) => words[at] === word)) continue;
    const text = words[behind.length]!;
    if (words.length === behind.length + 1) found.set(text, command.summary);
    else if (!found.has(text)) found.set(text, `commands of "ignite ${text}"`);
  }
  return [...found].map(([text, help]) => ({ text, help }));
}

/** Of flags that may still be given: only lists may be repeated. */
const flagCandidates = (flags: Flags, given: ReadonlyMap<string, FlagValue>): readonly Candidate[] =>
  Object.entries(flags)
    .filter(([name, { type }]) => type === 'list' || !given.has(name))
    .map(([name, { help }]) => ({ text: `--${name}`, help }));

const fromFlag = ({ value = '', values }: Flag): Partial<CompletionPlan> =>
  values
    ? { candidates: values.map((text) => ({ text, help: '' })) }
    : fromChoices(value.split('|').map(placeholder));

function fromChoices(choices: readonly Placeholder[], first?: string): Partial<CompletionPlan> {
  return {
    candidates: choices.flatMap((choice) =>
      choice.kind === 'literal' ? [{ text: choice.text, help: '' }] : [],
    ),
    lookUp: choices.flatMap((choice) => lookUpOf(choice, first)),
  };
}

function lookUpOf(choice: Placeholder, first: string | undefined): readonly LookUp[] {
  switch (choice.kind) {
    case 'literal':
    case 'anything':
      return [];
    case 'named-object': {
      const of = kindNamed(first);
      return of === undefined ? [] : [{ kind: 'object', of }];
    }
    case 'object':
    case 'key':
    case 'kind':
    case 'file':
    case 'directory':
    case 'vm-path':
    case 'token':
    case 'context':
      return [choice];
  }
}

/** `image` and `images` are Image; what is no kind has no objects. */
const kindNamed = (word = 'vm'): string | undefined =>
  resourceNamed(word, [...listedKinds, cniNetworkResource])?.kind;

const merge = (parts: readonly Partial<CompletionPlan>[]): Partial<CompletionPlan> => ({
  candidates: parts.flatMap(({ candidates = [] }) => candidates),
  lookUp: parts.flatMap(({ lookUp = [] }) => lookUp),
});
