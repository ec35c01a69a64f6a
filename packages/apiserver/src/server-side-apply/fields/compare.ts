import { isDeepStrictEqual } from 'node:util';
import { type FieldSet, difference, fieldSet } from './field-set.ts';
import { allPathsOf } from './field-set-of.ts';
import { type Schema, partsOf } from './structure.ts';

/** How one value differs from another. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

export function compare(old: unknown, next: unknown, schema: Schema): Comparison {
  const [before, after] = [allPathsOf(old, schema), allPathsOf(next, schema)];
  return {
    added: difference(after, before),
    modified: modifiedIn(old, next, schema),
    removed: difference(before, after),
  };
}

/** Returns the paths of what is managed as a whole, is in both values and differs. */
function modifiedIn(old: unknown, next: unknown, schema: Schema): FieldSet {
  const before = new Map((partsOf(old, schema) ?? []).map((part) => [part.element, part]));
  const both = (partsOf(next, schema) ?? []).flatMap((part) => {
    const was = before.get(part.element);
    return was ? [{ ...part, was: was.value }] : [];
  });
  const isWhole = (value: unknown, ofValue: Schema): boolean => partsOf(value, ofValue) === undefined;
  return fieldSet(
    both
      .filter(({ was, value, schema: ofPart }) => isWhole(was, ofPart) || isWhole(value, ofPart))
      .filter(({ was, value }) => !isDeepStrictEqual(was, value))
      .map(({ element }) => element),
    both.map(({ element, was, value, schema: ofPart }) => [element, modifiedIn(was, value, ofPart)]),
  );
}
