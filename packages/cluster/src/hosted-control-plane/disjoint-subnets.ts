import type { Subnet } from '@ignite/api/address/ip-address';

/** Subnets of one family that do not overlap. */
export class DisjointSubnets {
  /** In the order of their addresses, so that one that overlaps is found without a look at each. */
  readonly #sorted: Subnet[] = [];

  /** Adds a subnet, unless it overlaps one that is there. Returns whether it was added. */
  add(subnet: Subnet): boolean {
    const at = this.#countUpTo(subnet.last);
    const before = this.#sorted[at - 1];
    if (before && before.last >= subnet.first) return false;
    this.#sorted.splice(at, 0, subnet);
    return true;
  }

  /** Returns how many begin at an address or before it. */
  #countUpTo(address: bigint): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]!.first <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
