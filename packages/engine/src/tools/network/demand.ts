import { isSameIp } from '@ignite/api/address/ip-address';
import { ipamOf, poolsOf, unfitness } from './cni/address-pool.ts';
import { type ConfList, hasCapability } from './cni/conf-list.ts';
import { addressInvalid, addressTaken, macTaken, portsUnsupported } from './errors.ts';
import type { CniInterfaceRequest, NetworkDemand, Reservation } from './network.ts';

/** The lists of the networks that requests name. */
export interface DemandedLists {
  readonly of: ReadonlyMap<CniInterfaceRequest, ConfList>;
  /** The name of the default network, or `undefined` if its list cannot be read. */
  readonly defaultName: string | undefined;
}

/**
 * Pure. Refuses what a VM cannot have on these networks.
 * @throws CodedError ADDRESS_INVALID, ADDRESS_TAKEN, MAC_TAKEN, PORTS_UNSUPPORTED
 */
export function assertDemandFits(
  { ports, reserved }: Pick<NetworkDemand, 'ports' | 'reserved'>,
  lists: DemandedLists,
): void {
  const [first] = lists.of.values();
  if (ports.length > 0 && first && !hasCapability(first, 'portMappings')) throw portsUnsupported(first.name);
  for (const [{ addresses, mac }, list] of lists.of) {
    const here = reservedOn(list.name, reserved, lists.defaultName);
    for (const address of addresses) {
      const why = refusalOf(address, list);
      if (why !== undefined) throw addressInvalid(address, list.name, why);
      const owner = here.find((other) => other.addresses.some((each) => isSameIp(each, address)));
      if (owner) throw addressTaken(address, list.name, `used by VM "${owner.vm}"`);
    }
    const owner = mac === undefined ? undefined : reserved.find((other) => other.mac === mac);
    if (mac !== undefined && owner) throw macTaken(mac, `used by VM "${owner.vm}"`);
  }
}

/** Pure. Returns the reservations on a network. */
export const reservedOn = (
  name: string,
  reserved: readonly Reservation[],
  defaultName: string | undefined,
): readonly Reservation[] => reserved.filter(({ network = defaultName }) => network === name);

/** A plugin whose range is not in the list tells only when it is asked. */
function refusalOf(address: string, list: ConfList): string | undefined {
  if (ipamOf(list) === undefined) return 'the network does not assign addresses';
  const pools = poolsOf(list);
  return pools.length === 0 ? undefined : unfitness(address, pools);
}
