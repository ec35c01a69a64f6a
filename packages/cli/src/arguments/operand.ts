/** What a word of a usage line stands for, as far as that can be completed. */
export type Placeholder =
  /** Just this word. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'file' }
  | { readonly kind: 'directory' }
  /** An object of the store: its name, or `kind/name`. */
  | { readonly kind: 'object'; readonly of: string; readonly keyed: boolean }
  /** A path here, or `VM:path` there. */
  | { readonly kind: 'vm-path' }
  | { readonly kind: 'anything' };

/** One position of a command's arguments. */
export interface Operand {
  readonly choices: readonly Placeholder[];
  readonly optional: boolean;
  /** Whether more of the same may follow. */
  readonly repeated: boolean;
}

const placeholders: Readonly<Record<string, Placeholder>> = {
  FILE: { kind: 'file' },
  'KEY.pub': { kind: 'file' },
  DIR: { kind: 'directory' },
  PATH: { kind: 'file' },
  'VM:PATH': { kind: 'vm-path' },
  SRC: { kind: 'vm-path' },
  DST: { kind: 'vm-path' },
  VM: { kind: 'object', of: 'VM', keyed: false },
  IMAGE: { kind: 'object', of: 'Image', keyed: false },
  KERNEL: { kind: 'object', of: 'Kernel', keyed: false },
  VOLUME: { kind: 'object', of: 'Volume', keyed: false },
  NETWORK: { kind: 'object', of: 'Network', keyed: false },
  SNAPSHOT: { kind: 'object', of: 'Snapshot', keyed: false },
  SYNC: { kind: 'object', of: 'Sync', keyed: false },
  'KIND/NAME': { kind: 'object', of: 'VM', keyed: true },
};

/** Pure. What a usage word such as `VM`, `DIR` or `json` may be completed with. */
export function placeholder(word: string): Placeholder {
  if (Object.hasOwn(placeholders, word)) return placeholders[word]!;
  return /^[a-z][a-z0-9-]*$/.test(word) ? { kind: 'literal', text: word } : { kind: 'anything' };
}

/** Pure. The positions of a usage line such as `[vm|image|kernel] OBJECT` or `VM COMMAND...`. */
export function parseOperands(usage: string): readonly Operand[] {
  const [ours = ''] = usage.split('[--');
  return ours
    .split(/\s+/)
    .filter(Boolean)
    .map((text) => {
      const inner = text.replace(/^\[+/, '');
      const [word = ''] = /^[^[\]]*?(?=\.\.\.|[[\]]|$)/.exec(inner) ?? [];
      return {
        choices: word.split('|').map(placeholder),
        optional: text.startsWith('['),
        repeated: inner.startsWith(`${word}...`),
      };
    });
}

/** Pure. What may stand at a position: optional operands may be left out. */
export function choicesAt(operands: readonly Operand[], position: number): readonly Placeholder[] {
  const from = operands[position] ?? operands.findLast(({ repeated }) => repeated);
  if (!from) return [];
  const following = operands.slice(operands.indexOf(from) + 1);
  return from.optional && !from.repeated ? [...from.choices, ...(following[0]?.choices ?? [])] : from.choices;
}
