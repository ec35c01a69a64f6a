import type { GenericSchema } from 'valibot';
import { CodedError } from '../errors/coded-error.ts';

export interface KindDefinition {
  /** The group and version, such as `example.org/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Validates a spec and fills in its defaults. It refuses unknown fields. */
  readonly spec: GenericSchema;
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

/** The kinds of an application, by group, version and kind (Kubernetes API conventions, "Types (Kinds)"). */
export class Scheme {
  readonly kinds: readonly KindDefinition[];
  readonly #byKind: ReadonlyMap<string, readonly KindDefinition[]>;

  constructor(kinds: readonly KindDefinition[]) {
    this.kinds = kinds;
    this.#byKind = Map.groupBy(kinds, groupKind);
    for (const [name, versions] of this.#byKind)
      if (versions.filter(({ conversion }) => !conversion).length !== 1)
        throw new Error(`${name} must have one version without a conversion, its hub`);
  }

  find(apiVersion: string, kind: string): KindDefinition | undefined {
    return this.kinds.find((known) => known.apiVersion === apiVersion && known.kind === kind);
  }

  /**
   * The names of all kinds, such as `VM (example.org/v1, v1beta1)`, for messages to people who wrote an
   * unknown one.
   */
  get names(): readonly string[] {
    return [...this.#byKind.values()].map((versions) => {
      const [first = '', ...others] = versions.map(({ apiVersion }) => apiVersion);
      return `${versions[0]!.kind} (${[first, ...others.map((other) => other.split('/')[1])].join(', ')})`;
    });
  }

  /** Returns the hub version of a kind, through which all others are converted. */
  hubOf(definition: KindDefinition): KindDefinition {
    return this.#versionsOf(definition).find(({ conversion }) => !conversion)!;
  }

  /**
   * Returns another version of a kind.
   * @throws CodedError VERSION_UNKNOWN
   */
  version(definition: KindDefinition, apiVersion: string): KindDefinition {
    const versions = this.#versionsOf(definition);
    const found = versions.find((version) => version.apiVersion === apiVersion);
    if (found) return found;
    throw new CodedError('VERSION_UNKNOWN', `${definition.kind} has no version ${apiVersion}`, {
      hint: `known versions: ${versions.map((version) => version.apiVersion).join(', ')}`,
    });
  }

  #versionsOf(definition: KindDefinition): readonly KindDefinition[] {
    return this.#byKind.get(groupKind(definition)) ?? [];
  }
}

const groupKind = ({ apiVersion, kind }: KindDefinition): string => `${kind}.${apiVersion.split('/')[0]}`;
