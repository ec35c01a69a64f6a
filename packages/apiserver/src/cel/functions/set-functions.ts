import { type CelFunc, type CelList, CelScalar, celFunc, listType } from '@bufbuild/cel';
import { isSame } from '../cel-order.ts';

const { BOOL, DYN } = CelScalar;
const list = listType(DYN);

/** The functions of lists as sets. */
export const setFunctions: readonly CelFunc[] = [
  celFunc('sets.contains', [list, list], BOOL, containsAll),
  celFunc('sets.equivalent', [list, list], BOOL, (a, b) => containsAll(a, b) && containsAll(b, a)),
  celFunc('sets.intersects', [list, list], BOOL, (a, b) =>
    [...a].some((item) => [...b].some((other) => isSame(item, other))),
  ),
];

function containsAll(items: CelList, wanted: CelList): boolean {
  return [...wanted].every((each) => [...items].some((item) => isSame(item, each)));
}
