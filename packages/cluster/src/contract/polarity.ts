import * as v from 'valibot';

/** The schema of the conditions that somebody demands of an object before it counts as ready. */
export const readinessGatesSchema = v.array(
  v.strictObject({
    conditionType: v.pipe(v.string(), v.nonEmpty()),
    polarity: v.optional(v.picklist(['Positive', 'Negative'])),
  }),
);
export type ReadinessGates = v.InferOutput<typeof readinessGatesSchema>;
