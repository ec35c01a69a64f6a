import { CodedError } from '../errors/coded-error.ts';

declare const unit: unique symbol;
/** A whole number of bytes, at least 0. */
export type Bytes = number & { readonly [unit]: 'bytes' };

const exponents: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

export function bytes(count: number): Bytes {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is not a number of bytes`);
  return count as Bytes;
}

/** Matches a size with its unit: `MB`, `MiB`, `M`, `mega`, `megabytes`… */
const written =
  /^(\d{1,15}(?:\.\d{1,6})?)\s*(?:([kmgtp])i?b?|(kilo|mega|giga|tera|peta)(?:bytes?)?|b|bytes?)?$/i;
/** Matches `Mb`, which means megabits in the original and elsewhere. */
const bits = /\d\s*[KMGTP]b$/;

/**
 * Parses a size as people write it: `512MB`, `1GB`, `4GiB`, `1.5g`,
 * `1024`. Units are powers of 1024, whether spelled `GB`, `GiB` or `G`, in any case except `Gb`, as in the
 * original Ignite and in Docker. A number without a unit means bytes.
 * @throws CodedError SIZE_INVALID
 */
export function parseBytes(text: string): Bytes {
  const match = written.exec(text.trim());
  const letter = (match?.[2] ?? match?.[3]?.[0] ?? '').toLowerCase();
  const count = match ? Math.round(Number(match[1]) * 1024 ** exponents[letter]!) : NaN;
  const isBits = bits.test(text.trim());
  if (!Number.isSafeInteger(count) || isBits) {
    throw new CodedError('SIZE_INVALID', `not a size: ${JSON.stringify(text)}`, {
      hint: isBits
        ? 'a lower-case b means bits: use an upper-case B, as in 512MB'
        : 'use a number and a unit, such as 512MB, 1GB or 4GiB (units are powers of 1024; no unit means bytes)',
    });
  }
  return bytes(count);
}

/**
 * Writes the exact machine form: a multiple of the largest unit that divides the size, as in `512MB`, `4GB`,
 * `1500MB`.
 */
export function formatBytes(size: Bytes): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let rest: number = size;
  let at = 0;
  while (rest > 0 && rest % 1024 === 0 && at < units.length - 1) {
    rest /= 1024;
    at += 1;
  }
  return `${rest}${units[at]}`;
}

/**
 * Writes the rounded form for people, with one decimal, as in `512.0 MB`. As in the original, a unit is used
 * only for more than one of it: 1 GB is `1024.0 MB`.
 */
export function humanBytes(size: Bytes): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let rest: number = size;
  let at = 0;
  while (rest > 1024 && at < units.length - 1) {
    rest /= 1024;
    at += 1;
  }
  return at === 0 ? `${rest} B` : `${rest.toFixed(1)} ${units[at]}`;
}
