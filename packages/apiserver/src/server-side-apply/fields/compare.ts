import { isSameJson } from '@ignite/toolkit/object/same-json';
import { type FieldSet, fieldSet, noFields } from './field-set.ts';
import { allPathsOf } from './field-set-of.ts';
import { type Part, type Schema, isWhole, partsOf } from './structure.ts';

/** How one value differs from another. */
export interface Comparison {
  readonly added: FieldSet;
  /** The paths of what is managed as a whole, is in both values and differs. */
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const nothing: Comparison = { added: noFields, modified: noFields, removed: noFields };

/** Compares two values. Most of them are the same, of which no paths are made. */
export function compare(old: unknown, next: unknown, schema: Schema): Comparison {
  if (isSameJson(old, next)) return nothing;
  const [before, after] = [partsOf(old, schema) ?? [], partsOf(next, schema) ?? []];
  const known = new Map(before.map((part) => [part.element, part]));
  const changed = after.flatMap((part) => {
    const was = known.get(part.element);
    return was ? [comparedPart(was, part)] : [];
  });
  const wanted = new Set(after.map(({ element }) => element));
  const added = after.filter(({ element }) => !known.has(element));
  const removed = before.filter(({ element }) => !wanted.has(element));
  return {
    added: withParts(
      added,
      changed.map(({ element, below }) => [element, below.added]),
    ),
    modified: fieldSet(
      changed.filter(({ isModified }) => isModified).map(({ element }) => element),
      changed.map(({ element, below }) => [element, below.modified]),
    ),
    removed: withParts(
      removed,
      changed.map(({ element, below }) => [element, below.removed]),
    ),
  };
}

/** How a part differs that both values have. */
interface ComparedPart {
  readonly element: string;
  readonly isModified: boolean;
  readonly below: Comparison;
}

function comparedPart({ value: was }: Part, { element, value, schema }: Part): ComparedPart {
  const isModified = (isWhole(was, schema) || isWhole(value, schema)) && !isSameJson(was, value);
  return { element, isModified, below: compare(was, value, schema) };
}

/** Returns all paths to some parts and below them, and what is below others. */
const withParts = (parts: readonly Part[], others: readonly (readonly [string, FieldSet])[]): FieldSet =>
  fieldSet(
    parts.map(({ element }) => element),
    [...others, ...parts.map((part) => [part.element, allPathsOf(part.value, part.schema)] as const)],
  );
