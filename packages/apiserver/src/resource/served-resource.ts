import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { HostUses } from '@ignite/toolkit/allowance/host-use';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ResourceVerb } from '../request/request-info.ts';
import type { Connector } from './connector.ts';
import type { StructuralSchema } from '../structural-schema/structural-schema.ts';
import type { Scaling } from './scale.ts';
import type { TableColumn } from './table-column.ts';
import { type View, allVerbs } from './view.ts';

/** The keys from a field of an object to one below it. */
export type FieldPath = readonly (string | number)[];

/** A kind as the API server serves it. Discovery, tables and routes are made from the list of these. */
export interface ServedResource extends GroupVersionResource {
  readonly kind: string;
  readonly singular: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
  /** The names of several kinds together, such as `all`. */
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  /** The subresources that are no values but what clients connect to, which are not in the list above. */
  readonly connectors?: Readonly<Record<string, Connector>>;
  /** How the subresource `scale` reads and changes objects, if the kind has one. */
  readonly scale?: Scaling;
  /** Whether objects are stored in this version, of a kind with several. */
  readonly isStored?: boolean;
  /** What users of a version are told that should not be used any more. */
  readonly deprecation?: string;
  /** The fields that selectors may name beside the name and the namespace. */
  readonly selectableFields: readonly string[];
  readonly columns: readonly TableColumn[];
  /** Whether objects do not tell how often their wishes have changed, as those of Kubernetes' own kinds. */
  readonly hidesGeneration?: boolean;
  /** Whether an update need not say which version of an object it changes, as of Kubernetes' own kinds. */
  readonly takesAnyVersion?: boolean;
  /** The schema of whole objects, in which metadata may be absent. */
  readonly schema: StructuralSchema;
  /** The schemas of the other versions that are served of a kind with several, by their `apiVersion`. */
  readonly otherVersions?: Readonly<Record<string, StructuralSchema>>;
  /** Pure. Returns the paths of the fields that the kind does not know. */
  readonly unknownFields: (object: KubeObject) => readonly FieldPath[];
  /**
   * The keys by which a strategic merge patch tells the items of lists apart, by the dotted paths of the lists.
   * An empty key means that the items are plain values. Kinds without it take no such patch.
   */
  readonly mergeKeys?: Readonly<Record<string, string>>;
  /** The fields, without values, that every object of a kind of Kubernetes itself has before its author writes any. */
  readonly unwritten?: Readonly<Record<string, unknown>>;
  /** Finds what an object uses of the host, which its writer must be allowed to use. */
  readonly hostUses?: HostUses[string];
  /** What serves the objects if they are not in the store. */
  readonly view?: View;
}

/** Pure. Returns what can be done with the objects of a kind. */
export const verbsOf = ({ view }: Pick<ServedResource, 'view'>): readonly ResourceVerb[] =>
  view?.verbs ?? allVerbs;

/** Pure. Returns the kind that an object names by its version and kind, if it is served. */
export function servedOfKind(
  resources: readonly ServedResource[],
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): ServedResource | undefined {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return resources.find((each) => each.group === group && each.version === version && each.kind === kind);
}

/** Pure. Returns the kinds whose objects are stored, each in one version: the one that is stored if that is served. */
export const storedResources = (resources: readonly ServedResource[]): readonly ServedResource[] => {
  const stored = resources.filter(({ view }) => view === undefined);
  const byKind = Map.groupBy(stored, ({ group, resource }) => `${group}/${resource}`);
  return [...byKind.values()].map((versions) => versions.find(({ isStored }) => isStored) ?? versions[0]!);
};

/** Pure. Finds what a request names, whatever namespace it is in. */
export const servedAt = (
  resources: readonly ServedResource[],
  { group, version, resource }: GroupVersionResource,
): ServedResource | undefined =>
  resources.find((each) => each.group === group && each.version === version && each.resource === resource);

/** Pure. Finds what a request wants to be connected to, unless it is about an object or its values. */
export function connectorAt(
  resources: readonly ServedResource[],
  { subresource = '', ...place }: GroupVersionResource & { readonly subresource?: string },
): Connector | undefined {
  const { connectors = {} } = servedAt(resources, place) ?? {};
  return Object.hasOwn(connectors, subresource) ? connectors[subresource] : undefined;
}

/** The answer to a path that leads to nothing that is served. */
export const nothingServed = (): ObjectError =>
  new ObjectError('NOT_FOUND', 'the server could not find the requested resource');
