import {
  type AddressRanges,
  contains,
  firstFree,
  joined,
  parseRange,
  sizeOf,
  without,
} from '@ignite/api/address/address-ranges';
import { ipText, parseIp, parseSubnet } from '@ignite/api/address/ip-address';
import type {
  AddressReservation,
  InClusterIpPool,
  InClusterIpPoolSpec,
} from '../kinds/in-cluster-ip-pool.ts';
import type { IpAddress } from '../kinds/ip-address-claim.ts';

/** Pure. Returns the addresses that a pool gives away, used or not. */
export function addressesOf(spec: InClusterIpPoolSpec): AddressRanges {
  const { addresses, gateway, excludedAddresses = [], allocateReservedIPAddresses = false } = spec;
  return without(joined(addresses.map(parseRange)), [
    ...(allocateReservedIPAddresses ? [] : reservedOf(spec)),
    ...excludedAddresses.map(parseRange),
    ...(gateway === undefined ? [] : [parseSubnet(gateway)]),
  ]);
}

/** Returns the addresses of the network itself, which a subnet of one or two addresses does not have (RFC 3021, RFC 6164). */
function reservedOf({ addresses, prefix }: InClusterIpPoolSpec): AddressRanges {
  const [start = ''] = addresses[0]!.split(/[-/]/);
  const subnet = parseSubnet(`${start}/${prefix}`);
  const { first, last, family } = subnet;
  if (last - first < 2n) return [];
  const anycast = { ...subnet, last: first };
  return family === 6 ? [anycast] : [anycast, { ...subnet, first: last }];
}

/** Pure. Returns the reservation of a claim in a pool: the one that it has, or a new one; `undefined` if no address is free. */
export function planReservation(
  { spec, status }: InClusterIpPool,
  addresses: readonly IpAddress[],
  claim: AddressReservation['claim'],
): AddressReservation | undefined {
  const given = addresses.map((each) => parseIp(each.spec.address).value);
  const reservations = status?.reservations ?? [];
  const known = reservations.find((each) => each.claim.uid === claim.uid);
  if (known && !given.includes(parseIp(known.address).value)) return known;
  const others = reservations.filter((each) => each !== known);
  const taken = new Set([...given, ...others.map(({ address }) => parseIp(address).value)]);
  const free = firstFree(addressesOf(spec), taken);
  return free && { address: ipText(free), claim };
}

/** Pure. Returns the reservations of a pool that are still needed: those of claims that have no IPAddress yet. */
export const openReservations = (
  { status }: InClusterIpPool,
  addresses: readonly IpAddress[],
  isThere: (claim: AddressReservation['claim']) => boolean,
): readonly AddressReservation[] =>
  (status?.reservations ?? []).filter(
    ({ claim, address }) => isThere(claim) && !addresses.some(({ spec }) => spec.address === address),
  );

/** Pure. Returns how many addresses a pool has. Numbers that JSON cannot express are told as the greatest that it can. */
export function usageOf(
  spec: InClusterIpPoolSpec,
  used: readonly string[],
): NonNullable<NonNullable<InClusterIpPool['status']>['ipAddresses']> {
  const all = addressesOf(spec);
  const total = sizeOf(all);
  const within = used.filter((address) => contains(all, parseIp(address))).length;
  return {
    total: asCount(total),
    used: used.length,
    free: asCount(total - BigInt(within)),
    outOfRange: used.length - within,
  };
}

const asCount = (size: bigint): number =>
  size > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(size);
