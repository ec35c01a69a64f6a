import { bytes, formatBytes } from '@ignite/toolkit/units/bytes';

/** The fields of our kinds that hold a number of bytes, wherever they stand below `spec` and `status`. */
const sizes: ReadonlySet<string> = new Set(['memory', 'diskSize', 'size']);

/**
 * Pure. An object as people and scripts are shown it: sizes in their exact form (`512MB`, `4GB`), which manifests take
 * back. Everything else is as it is stored.
 */
export function writtenForm(object: object): object {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]: [string, unknown]) => [
      name,
      name === 'spec' || name === 'status' ? withSizes(value) : value,
    ]),
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
