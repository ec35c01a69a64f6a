import { isDeepStrictEqual } from 'node:util';
import { type CelValue, isCelUint } from '@bufbuild/cel';

/** Tells whether two plain values are the same. Numbers of different types can be. */
export function isSame(a: CelValue, b: CelValue): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left === undefined || right === undefined) return isDeepStrictEqual(a, b);
  return !(left < right) && !(left > right);
}

/** Compares two values of one ordered type. */
export function compared(a: CelValue, b: CelValue): number {
  const [left, right] = [numberOf(a) ?? a, numberOf(b) ?? b];
  const isOrdered = left !== null && ['string', 'boolean', 'bigint', 'number'].includes(typeof left);
  if (!isOrdered || right === null || typeof left !== typeof right) throw new Error('no such overload');
  return left < right ? -1 : left > right ? 1 : 0;
}

function numberOf(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return isCelUint(value) ? value.value : undefined;
}
