import type { KubeObject } from '../object/kube-object.ts';

/** A column of the tables that list the objects of a kind. */
export interface Column<T> {
  readonly title: string;
  cell(object: T, nowMs: number): string;
  /** True if the column is shown only in wide tables. */
  readonly wide?: boolean;
  /** True if the cells are shortened where the terminal is too narrow. */
  readonly flexible?: boolean;
  /** The order in which columns are left out where the terminal is narrower still; without it, the column stays. */
  readonly leaves?: number;
}

/**
 * What a kind is called, and how its objects are listed: everything about a kind that needs no schema, and
 * therefore loads quickly. Discovery calls the same a resource (Kubernetes: APIResource).
 */
export interface Resource<T extends KubeObject = KubeObject> {
  /** The API group; empty for Kubernetes' core group. */
  readonly group: string;
  readonly kind: T['kind'];
  /** The lower-case plural, which paths of an API contain. */
  readonly plural: string;
  readonly shortNames?: readonly string[];
  /** The words that stand for several kinds together, such as `all` (Kubernetes: categories). */
  readonly categories?: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  /** The word for an object in messages; by default the kind in lower case. */
  readonly noun?: string;
  readonly subresources?: readonly string[];
  /** The columns of a table of this kind alone. */
  readonly columns?: readonly Column<T>[];
  /** Says whether an object is as wanted, in a table of several kinds. */
  readiness?(object: T): 'True' | 'False';
  /** Says how an object is in a few words, in a table of several kinds. */
  summary?(object: T): string;
  /** The commands that list the objects and remove one, for hints. */
  readonly commands?: { readonly list: string; readonly remove?: (name: string) => string };
  /** Objects of kinds with a lower number are applied first. Without a number, objects are not applied. */
  readonly applyOrder?: number;
}

/** Pure. Returns the word for an object of a kind in messages. */
export const nounOf = ({ noun, kind }: Resource): string => noun ?? kind.toLowerCase();

/**
 * Pure. Returns the words by which people name a kind, the shortest form first: `vm`, `vms` and the short
 * names, in lower case.
 */
export const namesOf = (resource: Resource): readonly string[] => [
  ...new Set([
    resource.kind.toLowerCase(),
    nounOf(resource).toLowerCase(),
    resource.plural,
    ...(resource.shortNames ?? []),
  ]),
];

/** Pure. Returns the kind that a person names by its kind, plural or short name, in any case. */
export function resourceNamed<R extends Resource>(text: string, resources: readonly R[]): R | undefined {
  const lower = text.toLowerCase();
  return resources.find((resource) => namesOf(resource).includes(lower));
}

/** Pure. Returns the kinds whose objects can be applied, in the order in which they are. */
export const inApplyOrder = (resources: readonly Resource[]): readonly string[] =>
  resources
    .filter(({ applyOrder }) => applyOrder !== undefined)
    .toSorted((a, b) => a.applyOrder! - b.applyOrder!)
    .map(({ kind }) => kind);
