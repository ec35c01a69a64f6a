/**
 * Pure. Tells whether exactly one of several fields of an object is set. Kubernetes knows no unions: it can hold
 * an object of optional fields, one of which is the alternative that was chosen.
 */
export const hasExactlyOne = (object: object, fields: readonly string[]): boolean =>
  Object.entries(object).filter(([name, value]) => fields.includes(name) && value !== undefined).length === 1;
