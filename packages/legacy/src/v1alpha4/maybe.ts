import * as v from 'valibot';

/** Makes a field optional. Go writes null for an unset field, so null means absent. */
export const maybe = <const Schema extends v.GenericSchema>(schema: Schema) =>
  v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
