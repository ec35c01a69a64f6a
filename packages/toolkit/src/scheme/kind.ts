import type { GenericSchema } from 'valibot';
import { groupOf } from '../object/group-kind.ts';
import type { Resource } from './resource.ts';
import type { Strategy } from './strategy.ts';

/** A kind of objects with all that is known about it. Whatever shows or handles the kind reads it from here. */
export interface Kind extends Resource {
  /** The versions of the kind. One of them, the hub, has no conversion. */
  readonly versions: readonly KindVersion[];
  readonly strategy?: Strategy;
  /** The fields that selectors may name beside the name and the namespace. */
  readonly selectableFields?: readonly string[];
}

/** One version of a kind. */
export interface KindVersion {
  /** The group and version, such as `example.org/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Validates a spec and fills in its defaults. It refuses unknown fields. A kind may do without a spec. */
  readonly spec?: GenericSchema;
  /**
   * Pure. Returns a spec that was written in an earlier form of this version in its form of today, and any other
   * one as it is. The schema sees only the result.
   */
  readonly currentSpec?: (written: unknown) => unknown;
  /** The schemas of further fields beside metadata, spec and status, such as the `data` of a Secret. */
  readonly fields?: Readonly<Record<string, GenericSchema>>;
  /** The schema of metadata, for versions whose metadata is not Kubernetes'. */
  readonly metadata?: GenericSchema<unknown, VersionedMetadata>;
  /**
   * The schema of the status, for versions whose status takes part in the conversion. Other versions ignore
   * it, since a store wrote it.
   */
  readonly status?: GenericSchema;
  /**
   * The conversion of a version that is not the hub. All versions are converted through the hub, there and
   * back, without loss: what one version cannot express is kept in annotations. Objects may come with or
   * without the defaults of their version.
   */
  readonly conversion?: {
    readonly toHub: (versioned: Versioned) => Versioned;
    readonly fromHub: (hub: Versioned) => Versioned;
  };
  /** Why objects of this kind are read but never applied. */
  readonly inert?: string;
  /** Returns what in an object has no effect although its author may expect one. */
  readonly remarks?: (object: Versioned) => readonly string[];
}

/** The form of an object that conversions work on. */
export interface Versioned {
  readonly metadata: VersionedMetadata;
  readonly spec: unknown;
  readonly status?: unknown;
}

export interface VersionedMetadata {
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** The version's own further fields. */
  readonly [field: string]: unknown;
}

/**
 * Defines a kind.
 * @throws Error if its versions do not fit together
 */
export function defineKind<const K extends Kind>(kind: K): K {
  const name = `${kind.kind}.${kind.group}`;
  if (kind.versions.filter(({ conversion }) => !conversion).length !== 1)
    throw new Error(`${name} must have one version without a conversion, its hub`);
  for (const version of kind.versions)
    if (version.kind !== kind.kind || groupOf(version.apiVersion) !== kind.group)
      throw new Error(`${version.apiVersion} ${version.kind} is not a version of ${name}`);
  return kind;
}

/** Returns the hub version of a kind, through which all others are converted. */
export const hubOf = ({ versions }: Kind): KindVersion => versions.find(({ conversion }) => !conversion)!;

/** Pure. Returns a kind with further versions. Those of other kinds are left out. */
export const withVersions = (kind: Kind, further: readonly KindVersion[]): Kind =>
  defineKind({
    ...kind,
    versions: [
      ...kind.versions,
      ...further.filter(
        (version) => version.kind === kind.kind && groupOf(version.apiVersion) === kind.group,
      ),
    ],
  });
