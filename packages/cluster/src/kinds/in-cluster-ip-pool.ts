import { isIP } from 'node:net';
import { type Subnet, isWithin, parseIp, parseSubnet } from '@ignite/api/address/ip-address';
import { parseRange } from '@ignite/api/address/address-ranges';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

const mostRanges = 1_000;

const rangeSchema = v.pipe(
  v.string(),
  v.maxLength(100),
  v.check(isRange, 'must be an address, a subnet such as 10.0.0.0/24, or a range such as 10.0.0.9-10.0.0.20'),
);

function isRange(text: string): boolean {
  try {
    parseRange(text);
    return true;
  } catch {
    return false;
  }
}

const fieldsSchema = v.strictObject({
  addresses: described(
    'The addresses that are given away, of one subnet: addresses, subnets, and ranges such as 10.0.0.9-10.0.0.20.',
    v.pipe(v.array(rangeSchema), v.nonEmpty(), v.maxLength(mostRanges)),
  ),
  prefix: described(
    'Length of the prefix of the subnet.',
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(128)),
  ),
  gateway: described(
    'Gateway of the subnet, which is not given away.',
    v.optional(v.pipe(v.string(), v.ip())),
  ),
  excludedAddresses: described(
    'What of the addresses is not given away.',
    v.optional(v.pipe(v.array(rangeSchema), v.maxLength(mostRanges))),
  ),
  allocateReservedIPAddresses: described(
    'Whether the first and, with IPv4, the last address of the subnet are given away too.',
    v.optional(v.boolean()),
  ),
});
export type InClusterIpPoolSpec = v.InferOutput<typeof fieldsSchema>;

export const inClusterIpPoolSpecSchema = v.pipe(
  fieldsSchema,
  v.check(ifReadable(isOfOneSubnet), 'addresses must be of one subnet with this prefix'),
  v.check(ifReadable(isOfOneFamily), 'gateway and excludedAddresses must be of the family of the addresses'),
);

/** Pools with what cannot be read are refused for that already. */
function ifReadable(holds: (pool: InClusterIpPoolSpec) => boolean): (pool: InClusterIpPoolSpec) => boolean {
  return (pool) => {
    const { addresses, gateway, excludedAddresses = [] } = pool;
    const isReadable = addresses.length > 0 && [...addresses, ...excludedAddresses].every(isRange);
    return !isReadable || (gateway !== undefined && isIP(gateway) === 0) || holds(pool);
  };
}

/**
 * Pure. Returns the subnet of a pool, which its first address is in.
 * @throws RangeError
 */
export const subnetOf = ({ addresses, prefix }: InClusterIpPoolSpec): Subnet =>
  parseSubnet(`${addresses[0]!.split(/[-/]/)[0]!}/${prefix}`);

function isOfOneSubnet(spec: InClusterIpPoolSpec): boolean {
  const ranges = spec.addresses.map(parseRange);
  const { family } = ranges[0]!;
  if (spec.prefix > (family === 4 ? 32 : 128)) return false;
  const subnet = subnetOf(spec);
  return ranges.every(({ family: of, first, last }) =>
    [first, last].every((value) => isWithin({ family: of, value }, subnet)),
  );
}

function isOfOneFamily({ addresses, gateway, excludedAddresses = [] }: InClusterIpPoolSpec): boolean {
  const { family } = parseRange(addresses[0]!);
  const others = [...excludedAddresses.map(parseRange), ...(gateway === undefined ? [] : [parseIp(gateway)])];
  return others.every((each) => each.family === family);
}

/** An address that a claim is about to get: the IPAddress that says so may not be there yet. */
export interface AddressReservation {
  readonly address: string;
  /** The claim is in the namespace of the pool, unless that is in none. */
  readonly claim: { readonly namespace?: string; readonly name: string; readonly uid: string };
}

/** Addresses that claims of its namespace get, or those of all namespaces if it is in none, as with Cluster API's in-cluster provider. */
export interface InClusterIpPool extends KubeObject {
  readonly kind: 'InClusterIPPool' | 'GlobalInClusterIPPool';
  readonly spec: InClusterIpPoolSpec;
  readonly status?: {
    readonly ipAddresses?: {
      readonly total: number;
      readonly used: number;
      readonly free: number;
      readonly outOfRange: number;
    };
    readonly reservations?: readonly AddressReservation[];
    readonly conditions?: readonly Condition[];
  };
}
