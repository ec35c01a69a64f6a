import type { CelInput } from '@bufbuild/cel';

/** Returns a value of JSON with the types that it has by itself. */
export function plainValue(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return new Map(entries.map(([name, each]) => [name, plainValue(each)]));
}
