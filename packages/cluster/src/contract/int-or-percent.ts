import * as v from 'valibot';

/** The schema of a number, or of a share such as `25%` (Kubernetes: IntOrString). */
export const intOrPercentSchema = v.union([
  v.pipe(v.string(), v.regex(/^\d{1,3}%$/, 'must be a whole number, or a share such as 25%')),
  v.pipe(v.number(), v.integer(), v.minValue(0)),
]);
export type IntOrPercent = v.InferOutput<typeof intOrPercentSchema>;

/** Pure. Returns how many of a whole are meant. */
export function countOf(value: IntOrPercent, whole: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const share = (Number(value.slice(0, -1)) * whole) / 100;
  return rounding === 'up' ? Math.ceil(share) : Math.floor(share);
}
