import { parseIp } from '@ignite/api/address/ip-address';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import type { PoolReference } from '../kinds/ip-address-claim.ts';

type VmNetwork = IgniteMachine['spec']['vm']['network'];

export interface PlannedClaim {
  readonly name: string;
  /** The interface that is to have the address. */
  readonly interface: string;
  readonly poolRef: PoolReference;
}

/** Pure. Returns the claims of a machine for its addresses from pools. */
export const claimsOf = ({ metadata, spec }: IgniteMachine): readonly PlannedClaim[] =>
  (spec.addressesFromPools ?? []).map(({ interface: of, ...poolRef }, at) => ({
    name: `${metadata.name}-${at}`,
    interface: of,
    poolRef,
  }));

export interface GivenAddress {
  readonly interface: string;
  readonly address: string;
}

/** Pure. Returns the network of a VM with addresses from pools, or `undefined` if an interface would have two of one family. */
export function withAddresses(network: VmNetwork, given: readonly GivenAddress[]): VmNetwork | undefined {
  if (given.length === 0) return network;
  const families = given.map(({ interface: of, address }) => `${of}/${parseIp(address).family}`);
  if (new Set(families).size < families.length) return undefined;
  const fieldsOf = (name: string): Pick<VmNetwork, 'address' | 'address6'> =>
    Object.fromEntries(
      given
        .filter((each) => each.interface === name)
        .map(({ address }) => [parseIp(address).family === 4 ? 'address' : 'address6', address]),
    );
  return {
    ...network,
    ...fieldsOf('eth0'),
    interfaces: network.interfaces.map((each) => ({ ...each, ...fieldsOf(each.name) })),
  };
}
