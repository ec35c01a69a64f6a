/**
 * A set of paths to fields (structured-merge-diff: `Set`). Each element of a path is written as in `FieldsV1`,
 * such as `f:spec` or `k:{"name":"web"}`.
 */
export interface FieldSet {
  /** The elements whose own path is in the set. */
  readonly members: ReadonlySet<string>;
  /** The paths that go on below an element. None of these sets is empty. */
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const noFields: FieldSet = { members: new Set(), children: new Map() };

export const isEmpty = ({ members, children }: FieldSet): boolean =>
  members.size === 0 && children.size === 0;

/** Returns a set of members and of what is below elements; empty sets are left out. */
export function fieldSet(
  members: Iterable<string>,
  children: Iterable<readonly [string, FieldSet]> = [],
): FieldSet {
  const below = new Map<string, FieldSet>();
  for (const [element, set] of children) if (!isEmpty(set)) below.set(element, set);
  const set = { members: new Set(members), children: below };
  return isEmpty(set) ? noFields : set;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const children = new Map(a.children);
  for (const [element, below] of b.children)
    children.set(element, union(children.get(element) ?? noFields, below));
  return { members: a.members.union(b.members), children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return noFields;
  const both = a.members.intersection(b.members);
  const children: [string, FieldSet][] = [];
  for (const [element, below] of a.children) {
    const other = b.children.get(element);
    if (other) children.push([element, intersection(below, other)]);
  }
  return fieldSet(both, children);
}

/** Returns the paths that are in the first set only. A path stays even if one that it leads through goes. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a;
  const children: [string, FieldSet][] = [];
  for (const [element, below] of a.children)
    children.push([element, difference(below, b.children.get(element) ?? noFields)]);
  return fieldSet(a.members.difference(b.members), children);
}

/** Returns all paths of a set, each as its elements: those that end at a level before those that go on. */
export const pathsOf = ({ members, children }: FieldSet): readonly (readonly string[])[] => [
  ...[...members].toSorted().map((element) => [element]),
  ...[...children]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([element, below]) => pathsOf(below).map((path) => [element, ...path])),
];
