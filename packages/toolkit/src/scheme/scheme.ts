import type { GenericSchema } from 'valibot';
import { CodedError } from '../errors/coded-error.ts';

export interface KindDefinition {
  /** Group and version, such as `example.org/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Validates a spec and fills in its defaults; refuses unknown fields. */
  readonly spec: GenericSchema;
  /**
   * For versions beside the hub, through which all others are converted: there and back, without loss. What the hub
   * cannot say is kept in the annotations that are handed along.
   */
  readonly conversion?: {
    readonly toHub: (versioned: Versioned) => Versioned;
    readonly fromHub: (hub: Versioned) => Versioned;
  };
}

/** What conversion works on. */
export interface Versioned {
  readonly spec: unknown;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The kinds that an application knows, by group, version and kind (Kubernetes API conventions, "Types (Kinds)"). */
export class Scheme {
  readonly kinds: readonly KindDefinition[];

  constructor(kinds: readonly KindDefinition[]) {
    this.kinds = kinds;
    for (const [name, versions] of Map.groupBy(kinds, ({ apiVersion, kind }) => groupKind(apiVersion, kind)))
      if (versions.filter(({ conversion }) => !conversion).length !== 1)
        throw new Error(`${name} must have one version without a conversion, its hub`);
  }

  find(apiVersion: string, kind: string): KindDefinition | undefined {
    return this.kinds.find((known) => known.apiVersion === apiVersion && known.kind === kind);
  }

  /** Such as `VM (example.org/v1)`, for people who wrote another. */
  get names(): readonly string[] {
    return this.kinds.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`);
  }

  /** The version of a kind through which all others are converted. */
  hubOf(apiVersion: string, kind: string): KindDefinition | undefined {
    const wanted = groupKind(apiVersion, kind);
    return this.kinds.find(
      (known) => !known.conversion && groupKind(known.apiVersion, known.kind) === wanted,
    );
  }

  /**
   * An object in another version of its kind.
   * @throws CodedError VERSION_UNKNOWN
   */
  convert<T extends ConvertibleObject>(object: T, apiVersion: string): T {
    if (object.apiVersion === apiVersion) return object;
    const from = this.find(object.apiVersion, object.kind);
    const to = this.find(apiVersion, object.kind);
    if (!from || !to || groupKind(from.apiVersion, from.kind) !== groupKind(to.apiVersion, to.kind))
      throw new CodedError(
        'VERSION_UNKNOWN',
        `${object.kind} of ${object.apiVersion} has no version ${apiVersion}`,
        {
          hint: `known are ${this.names.join(', ')}`,
        },
      );
    const given: Versioned = { spec: object.spec, annotations: object.metadata.annotations };
    const hub = from.conversion ? from.conversion.toHub(given) : given;
    const { spec, annotations } = to.conversion ? to.conversion.fromHub(hub) : hub;
    return { ...object, apiVersion, spec, metadata: { ...object.metadata, annotations } };
  }
}

interface ConvertibleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

const groupKind = (apiVersion: string, kind: string): string => `${kind}.${apiVersion.split('/')[0]}`;
