import { type CelFunc, type CelList, CelScalar, type CelValue, celMethod, listType } from '@bufbuild/cel';
import { compared, isSame } from '../cel-order.ts';

const { BOOL, DYN, INT } = CelScalar;
const list = listType(DYN);

/** Kubernetes' functions of lists. */
export const listFunctions: readonly CelFunc[] = [
  celMethod('isSorted', list, [], BOOL, function () {
    const items = [...this];
    return items.every((item, at) => at === 0 || compared(items[at - 1]!, item) <= 0);
  }),
  celMethod('sum', list, [], DYN, function () {
    return summed([...this]);
  }),
  celMethod('min', list, [], DYN, function () {
    return outermost(this, 'min', -1);
  }),
  celMethod('max', list, [], DYN, function () {
    return outermost(this, 'max', 1);
  }),
  celMethod('indexOf', list, [DYN], INT, function (wanted: CelValue) {
    return BigInt([...this].findIndex((item) => isSame(item, wanted)));
  }),
  celMethod('lastIndexOf', list, [DYN], INT, function (wanted: CelValue) {
    return BigInt([...this].findLastIndex((item) => isSame(item, wanted)));
  }),
];

function summed(items: readonly CelValue[]): bigint | number {
  if (items.every((item) => typeof item === 'bigint')) return items.reduce((sum, item) => sum + item, 0n);
  if (items.every((item) => typeof item === 'number')) return items.reduce((sum, item) => sum + item, 0);
  throw new Error('no such overload');
}

function outermost(items: CelList, name: string, sign: 1 | -1): CelValue {
  const [first, ...others] = [...items];
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return others.reduce((found, item) => (compared(item, found) * sign > 0 ? item : found), first);
}
