import { isIPv4, isIPv6 } from 'node:net';
import { type IpAddress, type Subnet, parseIp, parseSubnet } from './ip-address.ts';

/** Ranges of addresses of one family, in order and apart from each other. */
export type AddressRanges = readonly Subnet[];

/**
 * Pure. Reads an address, a subnet such as `10.0.0.0/24`, or a range such as `10.0.0.10-10.0.0.20`.
 * @throws RangeError
 */
export function parseRange(text: string): Subnet {
  const [from = '', to, ...more] = text.split('-');
  if (to === undefined) return isPlain(from) || isCidr(from) ? parseSubnet(from) : refuse(text);
  if (!isPlain(from) || !isPlain(to) || more.length > 0) return refuse(text);
  const [first, last] = [parseIp(from), parseIp(to)];
  if (first.family !== last.family || first.value > last.value) return refuse(text);
  return { family: first.family, first: first.value, last: last.value };
}

const refuse = (text: string): never => {
  throw new RangeError(`not an address, a subnet or a range: ${JSON.stringify(text)}`);
};

/** An address without the zone that IPv6 allows. */
const isPlain = (text: string): boolean => isIPv4(text) || (isIPv6(text) && !text.includes('%'));

function isCidr(text: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  return isPlain(address) && /^\d{1,3}$/.test(length) && more.length === 0;
}

/** Pure. Returns ranges in order, those joined that overlap or touch. */
export function joined(ranges: readonly Subnet[]): AddressRanges {
  const all: Subnet[] = [];
  for (const next of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = all.at(-1);
    if (!before || next.first > before.last + 1n) all.push(next);
    else if (next.last > before.last) all[all.length - 1] = { ...before, last: next.last };
  }
  return all;
}

/** Pure. Returns ranges without those of `others`, which are of the same family. */
export const without = (ranges: AddressRanges, others: readonly Subnet[]): AddressRanges =>
  others.reduce<AddressRanges>(
    (left, { first, last }) =>
      left.flatMap((range) =>
        last < range.first || first > range.last
          ? [range]
          : [
              ...(first > range.first ? [{ ...range, last: first - 1n }] : []),
              ...(last < range.last ? [{ ...range, first: last + 1n }] : []),
            ],
      ),
    ranges,
  );

export const sizeOf = (ranges: AddressRanges): bigint =>
  ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);

export const contains = (ranges: AddressRanges, { family, value }: IpAddress): boolean =>
  ranges.some((range) => range.family === family && value >= range.first && value <= range.last);

/** Pure. Returns the first address of the ranges that is not taken. */
export function firstFree(ranges: AddressRanges, taken: ReadonlySet<bigint>): IpAddress | undefined {
  for (const { family, first, last } of ranges)
    for (let value = first; value <= last; value += 1n) if (!taken.has(value)) return { family, value };
  return undefined;
}
