import * as v from 'valibot';
import { vmSpecSchema } from './vm.ts';

/**
 * A VM's spec in which all fields are optional, for files over which flags win and for the defaults of a
 * configuration.
 */
export const partialVmSpecSchema = v.strictObject({
  ...vmSpecSchema.entries,
  image: v.optional(vmSpecSchema.entries.image),
});
