import * as v from 'valibot';
import { isDnsLabel } from '../object/name.ts';
import type { KindVersion } from '../scheme/kind.ts';
import type { Position } from './errors.ts';

const name = v.pipe(
  v.string(),
  v.check(isDnsLabel, 'must be lower-case letters, digits and dashes, as in a host name'),
);
const words = v.optional(v.record(v.string(), v.string()), {});

/**
 * The schema of metadata. It allows the fields that a store once wrote, such as the uid, and ignores them.
 */
export const metadataSchema = v.strictObject({
  name,
  namespace: v.optional(name, 'default'),
  labels: words,
  annotations: words,
  uid: v.optional(v.string()),
  creationTimestamp: v.optional(v.nullable(v.string())),
  resourceVersion: v.optional(v.string()),
  generation: v.optional(v.number()),
  finalizers: v.optional(v.array(v.string())),
  ownerReferences: v.optional(v.array(v.looseObject({}))),
  deletionTimestamp: v.optional(v.nullable(v.string())),
});

/** Returns the schema of specs. Kinds without a spec accept anything, which is nothing. */
export const specSchemaOf = ({ spec }: KindVersion): v.GenericSchema => spec ?? v.unknown();

/** An object as a person wrote it, with defaults filled in. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: unknown;
  /** The fields beside metadata, spec and status, of kinds that have some, such as the `data` of a Secret. */
  readonly content?: Readonly<Record<string, unknown>>;
  /** The position in the text that the object was read from. */
  readonly origin?: Position;
}
