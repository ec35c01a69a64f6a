import type { StructuralSchema } from '../structural-schema.ts';

/** A value within an object, with the schema that it must fit. */
export interface ValuePlace {
  readonly value: unknown;
  readonly schema: StructuralSchema;
  /** The path of the field, such as `spec.ports[0].name`; empty for the whole object. */
  readonly path: string;
}
