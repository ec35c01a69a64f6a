import {
  type Subnet,
  ipText,
  isWithin,
  overlaps,
  parseIp,
  parseSubnet,
} from '@ignite/api/address/ip-address';

/**
 * The subnet of the VMs behind a router, and the one by which the host reaches them. Both are IPv4 and have the same size: an address
 * inside corresponds to the one at the same place outside.
 */
export interface Translation {
  readonly inside: string;
  readonly outside: string;
}

/** The ranges of private networks (RFC 1918). */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(parseSubnet);

/** The subnets that are tried. Beyond those that follow 10.61.0.0/16, the Services of Kubernetes would begin, which guests may have. */
const mostTries = 32n;

/** Pure. Returns the address at which the host reaches a guest, or `undefined` if the router does not translate the guest's. */
export function outsideAddress(address: string, { inside, outside }: Translation): string | undefined {
  const ip = parseIp(address);
  const subnet = parseSubnet(inside);
  if (!isWithin(ip, subnet)) return undefined;
  return ipText({ family: 4, value: parseSubnet(outside).first + ip.value - subnet.first });
}

/**
 * Pure. Chooses the subnet outside: the last one, if there was one and it is still free, or the first one after the subnet inside that is as
 * large, is in the same private range, and meets none that is taken. Returns `undefined` if there is none.
 */
export function chooseOutside(inside: string, taken: readonly string[], last?: string): string | undefined {
  const subnet = parseSubnet(inside);
  const size = subnet.last - subnet.first + 1n;
  const range = privateRanges.find((each) => overlaps(each, subnet));
  const used = [subnet, ...taken.map(parseSubnet)];
  const isFree = (candidate: Subnet): boolean => !used.some((each) => overlaps(each, candidate));
  if (last !== undefined && isFree(parseSubnet(last))) return last;
  const length = inside.split('/')[1] ?? '';
  for (let at = 1n; range && at <= mostTries; at += 1n) {
    const first = subnet.first + at * size;
    const candidate = { family: 4 as const, first, last: first + size - 1n };
    if (candidate.last > range.last) return undefined;
    if (isFree(candidate)) return `${ipText({ family: 4, value: first })}/${length}`;
  }
  return undefined;
}
