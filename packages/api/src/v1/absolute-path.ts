import * as v from 'valibot';

export const absolutePath = v.pipe(
  v.string(),
  v.regex(/^\/(?!.*(^|\/)\.\.(\/|$))/, 'must be an absolute path without ".."'),
);
