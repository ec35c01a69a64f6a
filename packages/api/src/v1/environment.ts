import * as v from 'valibot';

const name = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and underscores'),
);
const value = v.pipe(v.string(), v.regex(/^[^\0]*$/, 'must not contain a NUL byte'));

/** Environment variables by name. */
export const environmentSchema = v.record(name, value);
