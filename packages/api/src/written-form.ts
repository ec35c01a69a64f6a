import { bytes, formatBytes } from '@ignite/toolkit/units/bytes';

/** The fields of the kinds that hold a number of bytes, at any depth of `spec` and `status`. */
const sizes: ReadonlySet<string> = new Set(['memory', 'diskSize', 'size']);

/** The metadata fields that people look for, which come first. */
const leading = ['name', 'namespace', 'uid'];

/**
 * Pure. Returns an object in the form that people and scripts see: sizes are in their exact form
 * (`512MB`, `4GB`), which manifests accept, and an object without a namespace names none. Everything else is
 * as it is stored.
 */
export function writtenForm(object: object): object {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]: [string, unknown]) => [
      name,
      name === 'metadata' ? inOrder(value) : name === 'spec' || name === 'status' ? withSizes(value) : value,
    ]),
  );
}

function inOrder(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null) return metadata;
  const rank = (name: string): number => (leading.includes(name) ? leading.indexOf(name) : leading.length);
  return Object.fromEntries(
    Object.entries(metadata)
      .filter(([name, value]) => name !== 'namespace' || value !== '')
      .sort(([a], [b]) => rank(a) - rank(b)),
  );
}

function withSizes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSizes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [
      name,
      typeof each === 'number' && sizes.has(name) ? formatBytes(bytes(each)) : withSizes(each),
    ]),
  );
}
