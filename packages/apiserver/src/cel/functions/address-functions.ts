import { BlockList, isIP, isIPv4 } from 'node:net';
import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { opaqueType } from '../opaque-type.ts';

const { BOOL, INT, STRING } = CelScalar;
const address = opaqueType('net.IP');
const range = opaqueType('net.CIDR');

/** Kubernetes' functions of addresses of the Internet Protocol and of ranges of these. */
export const addressFunctions: readonly CelFunc[] = [
  celFunc('isIP', [STRING], BOOL, isAddress),
  celFunc('ip', [STRING], address.type, (text) => address.of(checkedAddress(text))),
  celFunc('ip.isCanonical', [STRING], BOOL, (text) => canonical(checkedAddress(text)) === text),
  celFunc('isCIDR', [STRING], BOOL, (text) => rangeOf(text) !== undefined),
  celFunc('cidr', [STRING], range.type, (text) => {
    if (!rangeOf(text)) throw new Error(`network address parse error during conversion from string: ${text}`);
    return range.of(text);
  }),
  celFunc('string', [address.type], STRING, (value) => canonical(address.textOf(value))),
  celFunc('string', [range.type], STRING, (value) => range.textOf(value)),
  celMethod('family', address.type, [], INT, function () {
    return BigInt(isIP(address.textOf(this)));
  }),
  isIn('isUnspecified', ['0.0.0.0/32', '::/128']),
  isIn('isLoopback', ['127.0.0.0/8', '::1/128']),
  isIn('isLinkLocalMulticast', ['224.0.0.0/24', 'ff02::/16']),
  isIn('isLinkLocalUnicast', ['169.254.0.0/16', 'fe80::/10']),
  celMethod('isGlobalUnicast', address.type, [], BOOL, function () {
    const others = [
      ...['0.0.0.0/32', '255.255.255.255/32', '127.0.0.0/8', '224.0.0.0/4', '169.254.0.0/16'],
      ...['::/128', '::1/128', 'ff00::/8', 'fe80::/10'],
    ];
    return !others.some((each) => holds(each, canonical(address.textOf(this))));
  }),
  celMethod('containsIP', range.type, [STRING], BOOL, function (text) {
    return holds(range.textOf(this), checkedAddress(text));
  }),
  celMethod('containsIP', range.type, [address.type], BOOL, function (value) {
    return holds(range.textOf(this), address.textOf(value));
  }),
  celMethod('containsCIDR', range.type, [STRING], BOOL, function (text) {
    return holdsRange(range.textOf(this), text);
  }),
  celMethod('containsCIDR', range.type, [range.type], BOOL, function (value) {
    return holdsRange(range.textOf(this), range.textOf(value));
  }),
  celMethod('ip', range.type, [], address.type, function () {
    return address.of(rangeOf(range.textOf(this))!.base);
  }),
  celMethod('masked', range.type, [], range.type, function () {
    const { base, length } = rangeOf(range.textOf(this))!;
    return range.of(`${masked(base, length)}/${length}`);
  }),
  celMethod('prefixLength', range.type, [], INT, function () {
    return BigInt(rangeOf(range.textOf(this))!.length);
  }),
];

/** Kubernetes takes no zones, and no IPv4 addresses in the form of IPv6. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%') && !/^::ffff:/i.test(canonical(text));
}

function checkedAddress(text: string): string {
  if (!isAddress(text)) throw new Error(`IP Address parse error during conversion from string: ${text}`);
  return text;
}

/** Returns an address in its one shortest form. */
function canonical(text: string): string {
  return isIPv4(text) ? text : new URL(`http://[${text}]`).hostname.slice(1, -1);
}

interface Range {
  readonly base: string;
  readonly length: number;
}

function rangeOf(text: string): Range | undefined {
  const [base = '', prefix = ''] = text.split('/', 2);
  const isSound = isAddress(base) && /^(0|[1-9]\d{0,2})$/.test(prefix) && text === `${base}/${prefix}`;
  const length = Number(prefix);
  return isSound && length <= (isIPv4(base) ? 32 : 128) ? { base, length } : undefined;
}

function holds(range: string, text: string): boolean {
  const { base, length } = rangeOf(range)!;
  if (isIP(base) !== isIP(text)) return false;
  const list = new BlockList();
  const family = isIPv4(base) ? 'ipv4' : 'ipv6';
  list.addSubnet(base, length, family);
  return list.check(text, family);
}

function holdsRange(range: string, text: string): boolean {
  const inner = rangeOf(text);
  if (!inner) throw new Error(`network address parse error during conversion from string: ${text}`);
  return inner.length >= rangeOf(range)!.length && holds(range, inner.base);
}

function isIn(name: string, ranges: readonly string[]): CelFunc {
  return celMethod(name, address.type, [], BOOL, function () {
    return ranges.some((each) => holds(each, address.textOf(this)));
  });
}

function masked(base: string, length: number): string {
  const bits = isIPv4(base) ? 32 : 128;
  const groups = isIPv4(base) ? base.split('.').map(Number) : groupsOf(canonical(base));
  const size = bits / groups.length;
  const kept = groups.map((group, at) => {
    const ones = Math.min(Math.max(length - at * size, 0), size);
    return group & (((1 << ones) - 1) << (size - ones));
  });
  return isIPv4(base) ? kept.join('.') : canonical(kept.map((group) => group.toString(16)).join(':'));
}

/** Returns the eight numbers of an IPv6 address. */
function groupsOf(text: string): readonly number[] {
  const [before = [], after = []] = text
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const missing = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...missing, ...after].map((group) => Number.parseInt(group, 16));
}
