import * as v from 'valibot';
import { vmSpecSchema } from './vm.ts';

/** A VM's spec of which any field may be missing: files over which flags win, and what a configuration fills in. */
export const partialVmSpecSchema = v.strictObject({
  ...vmSpecSchema.entries,
  image: v.optional(vmSpecSchema.entries.image),
});
