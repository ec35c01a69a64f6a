import { cniNetworkResource } from '@ignite/api/v1/resources/cni-network';
import { nounOf } from '@ignite/toolkit/scheme/resource';
import { listedKinds } from './listed-kinds.ts';

/** What a word of a usage line stands for, if it can be completed. */
export type Placeholder =
  /** Just this word. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'file' }
  | { readonly kind: 'directory' }
  /** The name of an object of a kind. */
  | { readonly kind: 'object'; readonly of: string }
  /** The name of an object of the kind in the first argument, by default of a VM. */
  | { readonly kind: 'named-object' }
  /** A kind that can be declared. */
  | { readonly kind: 'kind' }
  /** Kind and name, as `vm/web`. */
  | { readonly kind: 'key' }
  /** A path here, or `VM:path` there. */
  | { readonly kind: 'vm-path' }
  /** The name of a token of the API. */
  | { readonly kind: 'token' }
  /** The name of a context. */
  | { readonly kind: 'context' }
  | { readonly kind: 'anything' };

/** One position of a command's arguments. */
export interface Operand {
  readonly choices: readonly Placeholder[];
  readonly optional: boolean;
  /** Whether more of the same may follow. */
  readonly repeated: boolean;
}

/** An object is named by the word for its kind, such as `VM` or `IMAGE`. */
const objects = [...listedKinds, cniNetworkResource].map((resource): [string, Placeholder] => [
  nounOf(resource).toUpperCase(),
  { kind: 'object', of: resource.kind },
]);

const placeholders: Readonly<Record<string, Placeholder>> = {
  ...Object.fromEntries(objects),
  FILE: { kind: 'file' },
  'KEY.pub': { kind: 'file' },
  DIR: { kind: 'directory' },
  PATH: { kind: 'file' },
  'VM:PATH': { kind: 'vm-path' },
  SRC: { kind: 'vm-path' },
  DST: { kind: 'vm-path' },
  TOKEN: { kind: 'token' },
  CONTEXT: { kind: 'context' },
  OBJECT: { kind: 'named-object' },
  KIND: { kind: 'kind' },
  'KIND/NAME': { kind: 'key' },
};

/** Pure. The completions of a usage word such as `VM`, `DIR` or `json`. */
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

/** Pure. What is allowed at a position: an optional operand can be omitted before a required one. */
export function choicesAt(operands: readonly Operand[], position: number): readonly Placeholder[] {
  const at = operands[position] ?? operands.findLast(({ repeated }) => repeated);
  if (!at) return [];
  const next = operands[operands.indexOf(at) + 1];
  return at.optional && next && !next.optional ? [...at.choices, ...next.choices] : at.choices;
}
