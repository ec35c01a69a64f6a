import type { KubeObject } from '../../object/kube-object.ts';
import type { NameRule } from '../../scheme/strategy.ts';
import { type ErrorCause, unknownResource } from '../object-error.ts';
import type { GroupVersionResource } from '../group-version-resource.ts';
import type { Conversion } from '../conversion.ts';

/** A kind as a client over a store serves it. */
export interface ServedKind extends GroupVersionResource {
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** What names objects may have; by default those of hosts. */
  readonly names?: NameRule;
  /** How objects come about, if no client can create them. */
  readonly origin?: string;
  /** The names of objects that nobody can delete. */
  readonly permanent?: readonly string[];
  /** Returns the uid of a new object; by default, it is a random UUID. */
  readonly newUid?: () => string;
  /**
   * Whether the author of an object is trusted, as the program that serves the kind is. What it writes is taken as valid,
   * and a new object keeps the uid, the time of creation and the status that it comes with.
   */
  readonly trustsAuthor?: boolean;
  /** Whether the status is written only by `updateStatus` and patches of it, and never by other writes. */
  readonly hasStatus: boolean;
  /** Whether writes of the status change metadata too, as those of Kubernetes' own kinds do. */
  readonly statusHasMetadata?: boolean;
  /** The status of a new object, if the kind has a status. */
  readonly initialStatus?: unknown;
  /** The fields that lists may select by, in addition to the name and the namespace. */
  readonly selectableFields?: readonly string[];
  /** Pure. Fills in what the author of an object left out. */
  readonly withDefaults?: (object: KubeObject) => KubeObject;
  /** Pure. Returns all that is wrong with an object, or with a change of it. */
  readonly problems?: (object: KubeObject, old: KubeObject | undefined) => readonly ErrorCause[];
  /** Pure. Returns an object as it is when its deletion begins; by default, it is as it was. */
  readonly atDeletion?: (object: KubeObject, now: string) => KubeObject;
  /** How objects are converted between the versions of the kind; without it, all versions are the same. */
  readonly conversion?: Conversion;
}

/** Pure. @throws ObjectError NOT_FOUND */
export function servedKindAt(
  { group, version, resource }: GroupVersionResource,
  kinds: readonly ServedKind[],
): ServedKind {
  const kind = kinds.find(
    (each) => each.group === group && each.version === version && each.resource === resource,
  );
  if (!kind) throw unknownResource({ group, version, resource });
  return kind;
}
