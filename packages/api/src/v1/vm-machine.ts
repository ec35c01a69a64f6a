import * as v from 'valibot';

/** What of the emulated hardware can be chosen. */
export const vmMachineSchema = v.strictObject({
  /** The version of an arm64 machine's interrupt controller. Version 2, that of a Raspberry Pi 4, serves 8 CPUs at most. */
  gic: v.optional(v.picklist([2, 3])),
});
