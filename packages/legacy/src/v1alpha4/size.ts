import { bytes, formatBytes, parseBytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';

/** A size as the original wrote it, such as `800MB`; empty text and 0 mean the default. */
export const sizeSchema = v.pipe(
  v.union([v.string(), v.number()]),
  v.check(isSize, 'must be a size such as 512MB or 4GB'),
);

function isSize(value: string | number): boolean {
  if (value === '') return true;
  try {
    parseBytes(String(value));
    return true;
  } catch {
    return false;
  }
}

/** Pure. Converts a size to v1. Returns `undefined` if the original would use its default. */
export const sizeToHub = (size: string | number | undefined): string | number | undefined =>
  size === undefined || size === '' || parseBytes(String(size)) === 0 ? undefined : size;

/**
 * Pure. Writes a size in the original's grammar, which has neither fractions nor KiB. A text that fits the
 * grammar is left unchanged.
 */
export function sizeFromHub(size: string | number | undefined): string | undefined {
  if (size === undefined) return undefined;
  if (typeof size === 'number') return formatBytes(bytes(size));
  return /^\d+([kmgtp]b?|b)$/i.test(size) ? size : formatBytes(parseBytes(size));
}
