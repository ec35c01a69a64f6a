import { SocketAddress, isIPv4, isIPv6 } from 'node:net';

/**
 * An address of either family as a number, so that all spellings of an address are equal and ranges can be
 * compared.
 */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Subnet {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Parses an address with or without a prefix length.
 * @throws RangeError
 */
export function parseIp(text: string): IpAddress {
  const address = withoutPrefix(text);
  if (isIPv4(address)) return { family: 4, value: fromParts(address.split('.').map(Number), 8n) };
  if (isIPv6(address)) return { family: 6, value: fromParts(groupsOf(address), 16n) };
  throw new RangeError(`not an IP address: ${JSON.stringify(text)}`);
}

/** Writes an address in its shortest form (RFC 5952). */
export function ipText({ family, value }: IpAddress): string {
  const [count, bits, radix] = family === 4 ? [4, 8n, 10] : [8, 16n, 16];
  const parts = Array.from({ length: count }, (_, at) =>
    ((value >> (BigInt(count - 1 - at) * bits)) & ((1n << bits) - 1n)).toString(radix),
  );
  if (family === 4) return parts.join('.');
  return new SocketAddress({ address: parts.join(':'), family: 'ipv6' }).address;
}

/**
 * Parses a CIDR such as `10.61.0.0/16`. Bits after the prefix are ignored.
 * @throws RangeError
 */
export function parseSubnet(text: string): Subnet {
  const { family, value } = parseIp(text);
  const bits = family === 4 ? 32 : 128;
  const length = Number(/\/(\d{1,3})$/.exec(text)?.[1] ?? bits);
  if (length > bits) throw new RangeError(`not a subnet: ${JSON.stringify(text)}`);
  const hosts = (1n << BigInt(bits - length)) - 1n;
  const first = value - (value & hosts);
  return { family, first, last: first + hosts };
}

/** Returns the netmask of an IPv4 CIDR, such as `255.255.0.0`. */
export function netmask(cidr: string): string {
  const { first, last } = parseSubnet(cidr);
  const mask = Number(0xffffffffn - (last - first));
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join('.');
}

export const overlaps = (a: Subnet, b: Subnet): boolean =>
  a.family === b.family && a.first <= b.last && b.first <= a.last;

export const isWithin = ({ family, value }: IpAddress, subnet: Subnet): boolean =>
  family === subnet.family && value >= subnet.first && value <= subnet.last;

export function isSameIp(a: string, b: string): boolean {
  const [one, other] = [parseIp(a), parseIp(b)];
  return one.family === other.family && one.value === other.value;
}

export const withoutPrefix = (address: string): string => address.split('/')[0] ?? '';

const fromParts = (parts: readonly number[], bits: bigint): bigint =>
  parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);

/**
 * Returns the eight groups of an IPv6 address, in which `::` may stand for the longest run of zeros, and the
 * end may be written as IPv4.
 */
function groupsOf(text: string): readonly number[] {
  const [head = '', tail] = text.replace(/%.*$/, '').split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean).flatMap(groups));
  const missing = tail === undefined ? 0 : 8 - before!.length - after!.length;
  return [...before!, ...Array.from({ length: missing }, () => 0), ...after!];
}

function groups(group: string): readonly number[] {
  if (!group.includes('.')) return [Number.parseInt(group, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}
