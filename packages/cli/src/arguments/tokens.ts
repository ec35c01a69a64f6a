import type { Flag, Flags } from './command.ts';

export type Token =
  | { readonly kind: 'word'; readonly index: number; readonly text: string }
  /** `name` is the whole name where the flag is known; `written` is what was typed. */
  | {
      readonly kind: 'flag';
      readonly index: number;
      readonly name: string;
      readonly written: string;
      readonly value: string | undefined;
    }
  /** Two dashes alone. */
  | { readonly kind: 'end'; readonly index: number };

/**
 * Pure. Cuts a command line up as the original's flag library did, which differs from Node's parseArgs in `-n=web` and
 * `-t=false`. A flag that is not among `flags` takes no word for its value.
 */
export function* tokenize(argv: readonly string[], flags: Flags): Generator<Token> {
  for (let index = 0; index < argv.length; index += 1) {
    const text = argv[index]!;
    if (text === '--') return yield { kind: 'end', index };
    if (!text.startsWith('-') || text === '-') {
      yield { kind: 'word', index, text };
      continue;
    }
    for (const part of text.startsWith('--') ? [longFlag(text)] : shortFlags(text.slice(1), flags)) {
      const needsWord = part.value === undefined && takesValue(flagOf(part.name, flags));
      const word = needsWord && argv[index + 1] !== '--' ? argv[index + 1] : undefined;
      if (word !== undefined) index += 1;
      yield { kind: 'flag', index, ...part, value: part.value ?? word };
    }
  }
}

export const takesValue = (flag: Flag | undefined): boolean =>
  flag?.type === 'string' || flag?.type === 'list';

const flagOf = (name: string, flags: Flags): Flag | undefined =>
  Object.hasOwn(flags, name) ? flags[name] : undefined;

interface Part {
  readonly name: string;
  readonly written: string;
  readonly value: string | undefined;
}

function longFlag(text: string): Part {
  const [, written = '', name = '', value] = /^(--([^=]*))(?:=(.*))?$/s.exec(text) ?? [];
  return { name, written, value };
}

/** `-aq`, `-nweb`, `-n=web`, `-aq=false`: the text after a letter that takes a value is the value. */
function* shortFlags(letters: string, flags: Flags): Generator<Part> {
  for (let at = 0; at < letters.length; at += 1) {
    const [letter, rest] = [letters.charAt(at), letters.slice(at + 1)];
    // A command's own letters come before global ones: they stand last.
    const name = Object.keys(flags).findLast((each) => flags[each]!.short === letter) ?? letter;
    const part = { name, written: `-${letter}` };
    if (rest.startsWith('=')) return yield { ...part, value: rest.slice(1) };
    if (rest !== '' && takesValue(flagOf(name, flags))) return yield { ...part, value: rest };
    yield { ...part, value: undefined };
  }
}
