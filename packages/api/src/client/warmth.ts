export const warmth = ['auto', 'always', 'never'] as const;

/** When a new VM starts from a template. With `auto`, whatever stands in the way means a boot. */
export type Warmth = (typeof warmth)[number];
