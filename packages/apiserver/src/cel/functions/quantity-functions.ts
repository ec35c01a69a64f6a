import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { opaqueType } from '../opaque-type.ts';

const { BOOL, DOUBLE, INT, STRING } = CelScalar;
const { type, of, textOf } = opaqueType('kubernetes.Quantity');

/** A quantity is kept as its number of billionths, the finest part that Kubernetes knows. */
const scale = 1_000_000_000n;

const factors: Readonly<Record<string, readonly [bigint, bigint]>> = {
  n: [1n, 1_000_000_000n],
  u: [1n, 1_000_000n],
  m: [1n, 1_000n],
  '': [1n, 1n],
  ...Object.fromEntries('kMGTPE'.split('').map((suffix, at) => [suffix, [1_000n ** BigInt(at + 1), 1n]])),
  ...Object.fromEntries(
    'KMGTPE'.split('').map((suffix, at) => [`${suffix}i`, [1_024n ** BigInt(at + 1), 1n]]),
  ),
};

/** Kubernetes' functions of quantities, such as `1.5Gi`. */
export const quantityFunctions: readonly CelFunc[] = [
  celFunc('isQuantity', [STRING], BOOL, (text) => billionths(text) !== undefined),
  celFunc('quantity', [STRING], type, (text) => {
    const value = billionths(text);
    if (value === undefined)
      throw new Error(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      );
    return of(String(value));
  }),
  celMethod('sign', type, [], INT, function () {
    return sign(BigInt(textOf(this)));
  }),
  celMethod('isInteger', type, [], BOOL, function () {
    return BigInt(textOf(this)) % scale === 0n;
  }),
  celMethod('asInteger', type, [], INT, function () {
    const value = BigInt(textOf(this));
    if (value % scale !== 0n) throw new Error('cannot convert value to integer');
    return value / scale;
  }),
  celMethod('asApproximateFloat', type, [], DOUBLE, function () {
    return Number(textOf(this)) / Number(scale);
  }),
  celMethod('isLessThan', type, [type], BOOL, function (other) {
    return BigInt(textOf(this)) < BigInt(textOf(other));
  }),
  celMethod('isGreaterThan', type, [type], BOOL, function (other) {
    return BigInt(textOf(this)) > BigInt(textOf(other));
  }),
  celMethod('compareTo', type, [type], INT, function (other) {
    return sign(BigInt(textOf(this)) - BigInt(textOf(other)));
  }),
  ...(['add', 'sub'] as const).flatMap((name) => [
    celMethod(name, type, [type], type, function (other) {
      return of(String(summed(name, BigInt(textOf(this)), BigInt(textOf(other)))));
    }),
    celMethod(name, type, [INT], type, function (other) {
      return of(String(summed(name, BigInt(textOf(this)), other * scale)));
    }),
  ]),
];

const sign = (value: bigint): bigint => (value < 0n ? -1n : value > 0n ? 1n : 0n);

const summed = (name: 'add' | 'sub', a: bigint, b: bigint): bigint => (name === 'add' ? a + b : a - b);

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/;

function billionths(text: string): bigint | undefined {
  const [, minus = '', whole = '', fraction = '', suffix = '', exponent = '0'] = form.exec(text) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const [times, over] = factors[suffix]!;
  const power = Number(exponent);
  const numerator = BigInt(whole + fraction) * scale * times * 10n ** BigInt(Math.max(power, 0));
  const denominator = over * 10n ** BigInt(fraction.length + Math.max(-power, 0));
  // What is finer is rounded away from zero.
  const value = (numerator + denominator - 1n) / denominator;
  return minus === '-' ? -value : value;
}
