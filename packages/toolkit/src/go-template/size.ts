import { GoMap, type GoValue, isList, underlying } from './value.ts';

/** How deep lists and maps may stand in each other. */
const maxDepth = 100;

/**
 * Pure. Returns how many values stand in a value, with the lengths of its texts. One that stands in it twice counts twice, as
 * it does for whoever walks through it. Returns `Infinity` for more than `most`, and for what is too deep.
 */
export function sizeOf(value: GoValue, most: number, depth = 0): number {
  const inner = underlying(value);
  if (typeof inner === 'string') return within(1 + inner.length, most);
  const parts = isList(inner) ? inner : inner instanceof GoMap ? entriesOf(inner) : [];
  if (parts.length > 0 && depth === maxDepth) return Infinity;
  let size = 1;
  for (const part of parts) {
    if (size > most) return Infinity;
    size += sizeOf(part, most - size, depth + 1);
  }
  return within(size, most);
}

const within = (size: number, most: number): number => (size > most ? Infinity : size);

const entriesOf = ({ entries }: GoMap): readonly GoValue[] => [...entries.keys(), ...entries.values()];
