/**
 * Checks values against the schemas of the variables of a ClusterClass, which are those of CustomResourceDefinitions:
 * OpenAPI v3 with Kubernetes' extensions.
 */
export interface ValueSchemas {
  /** Returns what is wrong with a schema itself. */
  problemsOfSchema(schema: ValueSchema): readonly string[];
  /** Fills in what is left out; an absent value is `undefined`. */
  withDefaults(value: unknown, schema: ValueSchema): unknown;
  /** Returns what is wrong with a value. `old` is what it was before, if it is known. */
  problems(value: unknown, schema: ValueSchema): readonly string[];
}

export type ValueSchema = Readonly<Record<string, unknown>>;
