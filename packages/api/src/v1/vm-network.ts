import { isDnsLabel } from '@ignite/toolkit/object/name';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { networkPolicySchema } from './network-policy.ts';

/**
 * A port of the host that is forwarded to a port of the VM. Without `bindAddress`, every address of the host
 * is meant.
 */
export const portMappingSchema = v.strictObject({
  bindAddress: v.optional(v.pipe(v.string(), v.ip())),
  hostPort: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  vmPort: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  protocol: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
});
export type PortMapping = v.InferOutput<typeof portMappingSchema>;

const areDistinct = (ports: PortMapping[]): boolean =>
  new Set(ports.map((port) => `${port.bindAddress ?? ''}:${port.hostPort}/${port.protocol}`)).size ===
  ports.length;

/**
 * How an interface of the VM's network namespace reaches the guest.
 * `dhcp-bridge` connects it to the guest by a bridge, and gives the guest its addresses by DHCP. `tc-redirect`
 * passes every frame between the two, which share one MAC.
 */
export const interfaceModes = ['dhcp-bridge', 'tc-redirect'] as const;
export type InterfaceMode = (typeof interfaceModes)[number];
const mode = v.picklist(interfaceModes);

const networkName = v.pipe(
  v.string(),
  v.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'must be the name of a CNI network'),
);

const routerName = v.pipe(
  v.string(),
  v.maxLength(63),
  v.check(isDnsLabel, 'must consist of lower-case letters, digits and hyphens'),
);

const macWanted = 'must be a unicast MAC address, such as 02:00:00:00:00:07';
const mac = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.regex(/^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/, macWanted),
  v.check((address) => address !== '00:00:00:00:00:00', macWanted),
);

/**
 * The name of an interface, at most 15 bytes long (IFNAMSIZ). The names that the host itself uses in a VM's
 * namespace are refused.
 */
const interfaceWanted = 'must be the name of an interface, such as eth1';
export const interfaceName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-zA-Z0-9_.-]{0,14}$/, interfaceWanted),
  v.check((name) => !/^(lo|(tap|br)\d+)$/.test(name), interfaceWanted),
);

const addressing = {
  mode: described('By default the mode that suits the kind of the interface.', v.optional(mode)),
  mac: described('MAC address of the guest; by default chosen by the network.', v.optional(mac)),
  address: described(
    'IPv4 address, kept until the VM is removed; by default chosen by the network.',
    v.optional(v.pipe(v.string(), v.ipv4())),
  ),
  address6: described(
    'IPv6 address, kept until the VM is removed; by default chosen by the network.',
    v.optional(v.pipe(v.string(), v.ipv6())),
  ),
};

const extraInterfaceSchema = v.pipe(
  v.strictObject({
    name: described(
      'Name in the network namespace of the VM; the guest numbers its interfaces in the order of these names, after eth0.',
      v.pipe(
        interfaceName,
        v.check((name) => name !== 'eth0', 'must not be eth0, which spec.network itself describes'),
      ),
    ),
    network: described(
      'CNI network; omit it for an interface that the plugins of another network create.',
      v.optional(networkName),
    ),
    ...addressing,
  }),
  v.check(
    ({ network, mac: given, address, address6 }) =>
      network !== undefined || (given ?? address ?? address6) === undefined,
    'must not set a MAC or an address without a network',
  ),
);
export type VmInterface = v.InferOutput<typeof extraInterfaceSchema>;

const label = /^[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?)*\.?$/;
const domain = v.pipe(v.string(), v.maxLength(253), v.regex(label, 'must be a domain name'));

/** The DNS settings of the guest's resolv.conf(5), which replace those of the network. */
const dnsSchema = v.strictObject({
  servers: described(
    'Name servers; with these, the guest cannot find other VMs by name.',
    v.optional(v.array(v.pipe(v.string(), v.ip())), []),
  ),
  search: v.optional(v.array(domain), []),
  options: v.optional(
    v.array(v.pipe(v.string(), v.regex(/^[a-z0-9-]+(:\d+)?$/, 'must be a resolver option, such as ndots:2'))),
    [],
  ),
});

const ip = v.pipe(v.string(), v.ip());

/** A line of the guest's hosts(5). */
const hostEntrySchema = v.strictObject({
  name: domain,
  address: described(
    'IP address; `host-gateway` stands for the address of the host.',
    v.pipe(
      v.string(),
      v.check((text) => text === 'host-gateway' || v.is(ip, text), 'must be an IP address or host-gateway'),
    ),
  ),
});

const vmNetworkFieldsSchema = v.strictObject({
  ports: v.optional(
    v.pipe(v.array(portMappingSchema), v.check(areDistinct, 'must not use a host port twice')),
    [],
  ),
  name: described(
    'CNI network of eth0; by default the default network of the host.',
    v.optional(networkName),
  ),
  ...addressing,
  router: described(
    'Router that the VM is behind, with the VMs of its namespace that name the same one: their network has the addresses of the CNI network, and is apart from it. This host reaches them at other addresses.',
    v.optional(routerName),
  ),
  interfaces: v.optional(
    v.pipe(
      v.array(extraInterfaceSchema),
      v.maxLength(7),
      v.check(
        (all) => new Set(all.map(({ name }) => name)).size === all.length,
        'must not use an interface name twice',
      ),
    ),
    [],
  ),
  dns: v.optional(dnsSchema, {}),
  hosts: v.optional(v.array(hostEntrySchema), []),
  policy: described(
    'Without a policy, the VM can be reached from its network, from this host, and by others on published ports; it can reach everything.',
    v.optional(networkPolicySchema),
  ),
});
/** The VM's network settings. */
export const vmNetworkSchema = v.pipe(
  vmNetworkFieldsSchema,
  v.check(
    ({ router, ports, interfaces }) =>
      router === undefined || (ports.length === 0 && interfaces.length === 0),
    'must not have ports or further interfaces behind a router',
  ),
);
export type VmNetwork = v.InferOutput<typeof vmNetworkSchema>;

/**
 * The prefix of an annotation of the original Ignite. The name of an interface follows it, and the value is
 * the interface's mode.
 */
export const interfaceAnnotation = 'ignite.weave.works/interface/';
