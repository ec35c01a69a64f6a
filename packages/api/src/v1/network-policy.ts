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

/** Of one family, or of both. */
const ranges = v.pipe(v.array(cidr), v.maxLength(64));

/** Names that valibot leaves out of a record without a word, which here would mean more VMs than were named. */
const lostNames = ['__proto__', 'prototype', 'constructor'];
const selector = v.pipe(
  v.custom<Readonly<Record<string, string>>>(
    (given) =>
      typeof given === 'object' && given !== null && lostNames.every((name) => !Object.hasOwn(given, name)),
    'must be labels and their values',
  ),
  v.record(v.string(), v.string()),
);

const peerSchema = v.union([
  v.strictObject({
    /** A range of addresses, of IPv4 or IPv6. */
    cidr,
    /** Ranges within it that are not meant. */
    except: v.optional(ranges, []),
  }),
  v.strictObject({
    /** VMs of this host that have all of these labels, by all their addresses; `{}` stands for every VM. */
    vms: selector,
  }),
]);
export type NetworkPeer = v.InferOutput<typeof peerSchema>;
const peers = v.optional(v.pipe(v.array(peerSchema), v.maxLength(64)), []);

const number = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const portSchema = v.pipe(
  v.strictObject({
    port: number,
    /** The last of a range that begins with `port`. */
    endPort: v.optional(number),
    protocol: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
  }),
  v.check(({ port, endPort = port }) => endPort >= port, 'endPort comes before port'),
);
export type PolicyPort = v.InferOutput<typeof portSchema>;
/** None: all ports of all protocols. */
const ports = v.optional(v.pipe(v.array(portSchema), v.maxLength(64)), []);

const rules = <Rule extends v.GenericSchema>(rule: Rule) =>
  v.optional(v.pipe(v.array(rule), v.maxLength(64)));

/**
 * Who may speak to a VM, and to whom it may speak. A direction that is listed is closed but for its rules; one that is
 * not is as it is without a policy.
 */
export const networkPolicySchema = v.strictObject({
  /** What reaches the VM besides its published ports, and what this host itself sends. */
  ingress: rules(
    v.strictObject({
      /** None: from everyone. */
      from: peers,
      ports,
    }),
  ),
  /** What the VM reaches besides the DHCP and DNS of its networks, and those whom it answers. */
  egress: rules(
    v.strictObject({
      /** None: to everyone. */
      to: peers,
      ports,
    }),
  ),
  /** Ranges from which the VM may send besides its own addresses: of a router, or of one that bears floating addresses. */
  sources: v.optional(ranges, []),
});
export type NetworkPolicy = v.InferOutput<typeof networkPolicySchema>;
