import * as v from 'valibot';

/** Gives a field its description, which `explain`, the reference of manifests and JSON Schema show. */
export const described = <const Schema extends v.GenericSchema>(text: string, schema: Schema) =>
  v.pipe(schema, v.description(text));
