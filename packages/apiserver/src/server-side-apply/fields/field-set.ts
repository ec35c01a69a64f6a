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
  const below = [...children].filter(([, set]) => !isEmpty(set));
  return { members: new Set(members), children: new Map(below) };
}

export const union = (a: FieldSet, b: FieldSet): FieldSet =>
  fieldSet(
    a.members.union(b.members),
    [...new Set([...a.children.keys(), ...b.children.keys()])].map((element) => [
      element,
      unionOfBelow(a.children.get(element), b.children.get(element)),
    ]),
  );

const unionOfBelow = (a: FieldSet = noFields, b: FieldSet = noFields): FieldSet =>
  isEmpty(a) ? b : isEmpty(b) ? a : union(a, b);

export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  fieldSet(
    a.members.intersection(b.members),
    [...a.children].map(([element, below]) => [
      element,
      intersection(below, b.children.get(element) ?? noFields),
    ]),
  );

/** Returns the paths that are in the first set only. A path stays even if one that it leads through goes. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet =>
  fieldSet(
    a.members.difference(b.members),
    [...a.children].map(([element, below]) => [
      element,
      difference(below, b.children.get(element) ?? noFields),
    ]),
  );

/** Returns all paths of a set, each as its elements: those that end at a level before those that go on. */
export const pathsOf = ({ members, children }: FieldSet): readonly (readonly string[])[] => [
  ...[...members].toSorted().map((element) => [element]),
  ...[...children]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([element, below]) => pathsOf(below).map((path) => [element, ...path])),
];
