import {
  type CelFunc,
  type CelInput,
  type CelList,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMethod,
  listType,
} from '@bufbuild/cel';

const { BOOL, DYN } = CelScalar;

/** A value that may be absent is a list with at most one item. */
const optional = listType(DYN);

/** Returns a value that may be absent. */
export const optionalOf = (value: CelInput | undefined): CelList =>
  celList(value === undefined ? [] : [value]);

/** The functions of values that may be absent, such as `oldSelf` of a rule with `optionalOldSelf`. */
export const optionalFunctions: readonly CelFunc[] = [
  celFunc('optional.none', [], optional, () => []),
  celFunc('optional.of', [DYN], optional, (value: CelValue) => [value]),
  celMethod('hasValue', optional, [], BOOL, function () {
    return this.size === 1;
  }),
  celMethod('value', optional, [], DYN, function () {
    const [value] = this;
    if (value === undefined) throw new Error('optional.none() dereference');
    return value;
  }),
  celMethod('orValue', optional, [DYN], DYN, function (other: CelValue): CelValue {
    const [value] = this;
    return value === undefined ? other : value;
  }),
  celMethod('or', optional, [optional], optional, function (other) {
    return this.size === 1 ? this : other;
  }),
];
