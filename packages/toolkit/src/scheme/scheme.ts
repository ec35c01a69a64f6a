import type { GenericSchema } from 'valibot';

export interface KindDefinition {
  /** Group and version, such as `example.org/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Validates a spec and fills in its defaults; refuses unknown fields. */
  readonly spec: GenericSchema;
}

/** The kinds that an application knows, by group, version and kind (Kubernetes API conventions, "Types (Kinds)"). */
export class Scheme {
  readonly kinds: readonly KindDefinition[];

  constructor(kinds: readonly KindDefinition[]) {
    this.kinds = kinds;
  }

  find(apiVersion: string, kind: string): KindDefinition | undefined {
    return this.kinds.find((known) => known.apiVersion === apiVersion && known.kind === kind);
  }

  /** Such as `VM (example.org/v1)`, for people who wrote another. */
  get names(): readonly string[] {
    return this.kinds.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`);
  }
}
