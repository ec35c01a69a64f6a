import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { opaqueType } from '../opaque-type.ts';

const { BOOL, INT, STRING } = CelScalar;
const { type, of, textOf } = opaqueType('kubernetes.Semver');

const form =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

/** Kubernetes' functions of semantic versions, such as `1.2.3-rc.1`. */
export const semverFunctions: readonly CelFunc[] = [
  celFunc('isSemver', [STRING], BOOL, (text) => form.test(text)),
  celFunc('isSemver', [STRING, BOOL], BOOL, (text, isLoose) => form.test(isLoose ? completed(text) : text)),
  celFunc('semver', [STRING], type, (text) => of(checked(text))),
  celFunc('semver', [STRING, BOOL], type, (text, isLoose) => of(checked(isLoose ? completed(text) : text))),
  ...(['major', 'minor', 'patch'] as const).map((name, at) =>
    celMethod(name, type, [], INT, function () {
      return BigInt(partsOf(textOf(this)).numbers[at]!);
    }),
  ),
  celMethod('isLessThan', type, [type], BOOL, function (other) {
    return compared(textOf(this), textOf(other)) < 0;
  }),
  celMethod('isGreaterThan', type, [type], BOOL, function (other) {
    return compared(textOf(this), textOf(other)) > 0;
  }),
  celMethod('compareTo', type, [type], INT, function (other) {
    return BigInt(compared(textOf(this), textOf(other)));
  }),
];

function checked(text: string): string {
  if (!form.test(text)) throw new Error(`invalid semantic version: ${JSON.stringify(text)}`);
  return text;
}

/** Adds the numbers that are left out, and removes what may stand before numbers. */
function completed(text: string): string {
  const [, numbers = '', rest = ''] = /^v?([\d.]*)(.*)$/s.exec(text) ?? [];
  const [major = '', minor = '0', patch = '0', ...more] = numbers.split('.');
  const plain = [major, minor, patch, ...more].map((each) => each.replace(/^0+(?=\d)/, ''));
  return plain.join('.') + rest;
}

interface Parts {
  readonly numbers: readonly string[];
  /** What is before the release; empty for the release itself. */
  readonly before: readonly string[];
}

function partsOf(text: string): Parts {
  const [, major = '', minor = '', patch = '', before] = form.exec(text)!;
  return { numbers: [major, minor, patch], before: before?.split('.') ?? [] };
}

function compared(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  return (
    comparedLists(left.numbers, right.numbers) ||
    Number(left.before.length === 0) - Number(right.before.length === 0) ||
    comparedLists(left.before, right.before)
  );
}

function comparedLists(a: readonly string[], b: readonly string[]): number {
  for (const [at, left] of a.entries()) {
    const right = b[at];
    if (right === undefined) return 1;
    const order = comparedParts(left, right);
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : 0;
}

/** Numbers come before names. */
function comparedParts(a: string, b: string): number {
  const [isLeft, isRight] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isLeft !== isRight) return isLeft ? -1 : 1;
  const [left, right] = isLeft ? [BigInt(a), BigInt(b)] : [a, b];
  return left < right ? -1 : left > right ? 1 : 0;
}
