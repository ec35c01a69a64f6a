import { hasExactlyOne } from '@ignite/toolkit/schema/exactly-one';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

function isCidr(text: string): boolean {
  const [address = '', length = '', ...more] = text.split('/');
  const bits = v.is(v.pipe(v.string(), v.ipv4()), address) ? 32 : 128;
  return (
    v.is(v.pipe(v.string(), v.ip()), address) &&
    /^\d{1,3}$/.test(length) &&
    Number(length) <= bits &&
    more.length === 0
  );
}
const cidr = v.pipe(v.string(), v.check(isCidr, 'must be a range of addresses, such as 10.0.0.0/8'));

/** Address ranges of one family, or of both. */
const ranges = v.pipe(v.array(cidr), v.maxLength(64));

/**
 * The names that valibot silently drops from a record. Without them, a selector would match more VMs than it
 * says.
 */
const lostNames = ['__proto__', 'prototype', 'constructor'];
const selector = v.pipe(
  v.custom<Readonly<Record<string, string>>>(
    (given) =>
      typeof given === 'object' && given !== null && lostNames.every((name) => !Object.hasOwn(given, name)),
    'must be a map of labels',
  ),
  v.record(v.string(), v.string()),
);

/** A range of addresses, or the VMs with some labels. */
export type NetworkPeer =
  | { readonly cidr: string; readonly except: readonly string[] }
  | { readonly vms: Readonly<Record<string, string>> };

const peerSchema = v.pipe(
  v.strictObject({
    cidr: described('IPv4 or IPv6 address range.', v.optional(cidr)),
    except: described('Ranges within `cidr` to exclude.', v.optional(ranges)),
    vms: described(
      'VMs on this host that have all of these labels; `{}` selects all VMs.',
      v.optional(selector),
    ),
  }),
  v.check((peer) => hasExactlyOne(peer, ['cidr', 'vms']), 'must have exactly one of cidr, vms'),
  v.check(
    ({ cidr, except }) => cidr !== undefined || except === undefined,
    'must have no except without cidr',
  ),
  v.transform(({ cidr, except = [], vms = {} }): NetworkPeer =>
    cidr === undefined ? { vms } : { cidr, except },
  ),
);
const peers = v.optional(v.pipe(v.array(peerSchema), v.maxLength(64)), []);

const number = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const portSchema = v.pipe(
  v.strictObject({
    port: number,
    endPort: described('Last port of a range that starts with `port`.', v.optional(number)),
    protocol: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
  }),
  v.check(({ port, endPort = port }) => endPort >= port, 'endPort must not be less than port'),
);
export type PolicyPort = v.InferOutput<typeof portSchema>;
/** The ports; without any, all ports of all protocols are meant. */
const ports = v.optional(v.pipe(v.array(portSchema), v.maxLength(64)), []);

const rules = <Rule extends v.GenericSchema>(rule: Rule) =>
  v.optional(v.pipe(v.array(rule), v.maxLength(64)));

/**
 * Controls who may talk to a VM, and to whom the VM may talk. A direction that is listed is closed except for
 * its rules; a direction that is absent is as it is without a policy.
 */
export const networkPolicySchema = v.strictObject({
  ingress: described(
    'Traffic allowed to the VM, in addition to its published ports and traffic from this host.',
    rules(
      v.strictObject({
        from: described('Allowed sources; by default everyone.', peers),
        ports,
      }),
    ),
  ),
  egress: described(
    'Traffic allowed from the VM, in addition to DHCP and DNS of its networks and to replies.',
    rules(
      v.strictObject({
        to: described('Allowed destinations; by default everyone.', peers),
        ports,
      }),
    ),
  ),
  sources: described(
    'Ranges that the VM may send from in addition to its own addresses, for routers and for floating addresses.',
    v.optional(ranges, []),
  ),
});
export type NetworkPolicy = v.InferOutput<typeof networkPolicySchema>;
