import { codePoints, unquote } from './go-string.ts';

const maxInt = 2n ** 63n - 1n;
const integer = /^[+-]?(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|\d(?:_?\d)*)$/;
const floating = /^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d+)?$/;

/** The value of a Go number: an integer is a bigint, what has a point or an exponent a number; undefined for none. */
export function parseNumber(literal: string): bigint | number | undefined {
  if (integer.test(literal)) {
    const isNegative = literal.startsWith('-');
    const digits = literal.replace(/^[+-]/, '').replaceAll('_', '');
    // A leading nought alone makes it octal, as in Go.
    const size = /^0\d/.test(digits) ? octal(digits) : BigInt(digits);
    if (size === undefined || size > maxInt) return undefined;
    return isNegative ? -size : size;
  }
  return floating.test(literal) ? Number(literal.replaceAll('_', '')) : undefined;
}

const octal = (digits: string): bigint | undefined =>
  /^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : undefined;

/** The code point of a character literal such as `'a'`; undefined for one that is none. */
export function parseCharacter(literal: string): bigint | undefined {
  const chars = codePoints(unquote(literal) ?? '');
  return chars.length === 1 ? BigInt(chars[0]!.codePointAt(0)!) : undefined;
}
