import type { KubeObject } from '../object/kube-object.ts';

/** What happens to objects of a kind when they are created and updated, besides validation. */
export interface Strategy {
  /** What names objects may have. Without it, they are those of hosts: lower-case letters, digits, `-` and `.`. */
  readonly names?: NameRule;
  /** How objects of a kind come about that no client can create. */
  readonly origin?: string;
  /** The names of objects that are always there, so that nobody can delete them. */
  readonly permanent?: readonly string[];
  /** Returns the uid of a new object; by default, it is a random UUID (RFC 9562). */
  readonly newUid?: () => string;
  /** Returns an object as it is stored, before its defaults are filled in. */
  prepare?(object: KubeObject): KubeObject;
  /** The status of a new object, of a kind with the subresource `status`. */
  readonly initialStatus?: unknown;
  /** Whether each update must say which version of an object it changes, since objects are locks. */
  readonly needsVersion?: boolean;
  /** Whether writes of the status change metadata too. */
  readonly statusHasMetadata?: boolean;
  /** The fields that no update may change, as JSON pointers such as `/spec/image`. */
  readonly immutable?: readonly string[];
  /** Returns what else is wrong with an update of a valid object to another one. */
  problemsOfUpdate?(old: object, next: object): readonly UpdateProblem[];
}

/**
 * `DnsLabel` allows the names of hosts without dots, and `PathSegment` all names that can stand in a path, such as
 * `system:discovery`.
 */
export type NameRule = 'DnsSubdomain' | 'DnsLabel' | 'PathSegment';

export interface UpdateProblem {
  /** The JSON pointer of the field. */
  readonly path: string;
  readonly message: string;
}
