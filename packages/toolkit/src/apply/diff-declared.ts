import { type FieldChange, diffFields } from '../diff/field-change.ts';

/** Pure. Returns the changes of the fields that `declared` has. What else there is in `live` is nobody's business. */
export function diffDeclared(live: unknown, declared: unknown): readonly FieldChange[] {
  return diffFields(narrowed(live, declared), declared);
}

/** Returns the part of a tree that another one has too. Items of lists of one length are compared in their order. */
function narrowed(tree: unknown, by: unknown): unknown {
  if (Array.isArray(tree) && Array.isArray(by))
    return tree.length === by.length ? tree.map((item, at) => narrowed(item, by[at])) : tree;
  if (!isRecord(tree) || !isRecord(by)) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([name]) => Object.hasOwn(by, name))
      .map(([name, value]) => [name, narrowed(value, by[name])]),
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
