import { CallError } from './call-error.ts';
import { type GoValue, compareText, typeName, underlying } from './value.ts';

/** Whether the first is one of the others. A nil equals a nil and nothing else. @throws CallError */
export function isEqual(first: GoValue, ...others: readonly GoValue[]): boolean {
  if (others.length === 0) throw new CallError('missing argument for comparison');
  const left = underlying(first);
  return others.some((other) => {
    const right = underlying(other);
    if (left === undefined || left === null || right === undefined || right === null)
      return (left ?? null) === (right ?? null);
    assertBasic(left, first);
    assertBasic(right, other);
    if (typeof left !== typeof right) throw new CallError('incompatible types for comparison');
    return left === right;
  });
}

/** @throws CallError for what has no order */
export function isLess(first: GoValue, second: GoValue): boolean {
  const [left, right] = [underlying(first), underlying(second)];
  assertBasic(left, first);
  assertBasic(right, second);
  if (typeof left !== typeof right) throw new CallError('incompatible types for comparison');
  if (typeof left === 'boolean') throw new CallError('invalid type for comparison');
  if (typeof left === 'string') return compareText(left, right as string) < 0;
  return left < (right as typeof left);
}

function assertBasic(inner: GoValue, value: GoValue): asserts inner is boolean | bigint | number | string {
  if (!['boolean', 'bigint', 'number', 'string'].includes(typeof inner))
    throw new CallError(`non-comparable type ${typeName(value)}`);
}
