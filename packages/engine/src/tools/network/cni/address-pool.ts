import * as v from 'valibot';
import { type Subnet, isWithin, parseIp, parseSubnet } from '@ignite/api/address/ip-address';
import type { ConfList } from './conf-list.ts';

const rangeSchema = v.object({
  subnet: v.string(),
  rangeStart: v.optional(v.string()),
  rangeEnd: v.optional(v.string()),
  gateway: v.optional(v.string()),
});
const ipamSchema = v.object({
  type: v.string(),
  ...v.partial(rangeSchema).entries,
  ranges: v.optional(v.array(v.array(rangeSchema)), []),
});
const pluginSchema = v.object({ ipam: ipamSchema });

/** A range of addresses that a network gives to VMs. */
export interface AddressPool extends Subnet {
  /** The subnet as the list writes it. */
  readonly subnet: string;
  readonly gateway: bigint;
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * Pure. Returns the pools of the plugin host-local (see its documentation), the only plugin that has them in
 * the list.
 */
export function poolsOf(list: ConfList): readonly AddressPool[] {
  return ipams(list)
    .filter(({ type }) => type === 'host-local')
    .flatMap(({ subnet, rangeStart, rangeEnd, gateway, ranges }) => [
      ...(subnet === undefined ? [] : [poolOf({ subnet, rangeStart, rangeEnd, gateway })]),
      ...ranges.flat().map(poolOf),
    ]);
}

/** Returns the plugin that gives addresses, such as `host-local` or `dhcp`, or `undefined` if none does. */
export const ipamOf = (list: ConfList): string | undefined => ipams(list)[0]?.type;

function ipams(list: ConfList): readonly v.InferOutput<typeof ipamSchema>[] {
  return list.plugins.flatMap((plugin) => {
    const parsed = v.safeParse(pluginSchema, plugin);
    return parsed.success ? [parsed.output.ipam] : [];
  });
}

function poolOf(range: v.InferOutput<typeof rangeSchema>): AddressPool {
  const subnet = parseSubnet(range.subnet);
  // An IPv4 subnet ends with the broadcast address.
  const last = subnet.last - (subnet.family === 4 ? 1n : 0n);
  return {
    ...subnet,
    subnet: range.subnet,
    gateway: range.gateway === undefined ? subnet.first + 1n : parseIp(range.gateway).value,
    start: range.rangeStart === undefined ? subnet.first + 1n : parseIp(range.rangeStart).value,
    end: range.rangeEnd === undefined ? last : parseIp(range.rangeEnd).value,
  };
}

/** Pure. Returns why no VM can have `address` on a network with these pools, or `undefined` if one can. */
export function unfitness(address: string, pools: readonly AddressPool[]): string | undefined {
  const ip = parseIp(address);
  const within = pools.filter((pool) => isWithin(ip, pool));
  const [pool] = within;
  if (!pool) return `it is outside ${pools.map(({ subnet }) => subnet).join(' and ')}`;
  if (within.some(({ gateway }) => gateway === ip.value)) return `it is the gateway of ${pool.subnet}`;
  const isGiven = within.some(({ start, end }) => ip.value >= start && ip.value <= end);
  return isGiven ? undefined : `${pool.subnet} reserves it`;
}
