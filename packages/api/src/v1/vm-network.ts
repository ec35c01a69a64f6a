import * as v from 'valibot';

/** A port of the host that leads to a port of the VM. No `bindAddress` means every address of the host. */
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
 * How the guest gets an interface of the VM's network namespace: `dhcp-bridge` joins it with the guest by a bridge and
 * gives the guest its addresses; `tc-redirect` passes every frame between the two, which share one MAC.
 */
export const interfaceModes = ['dhcp-bridge', 'tc-redirect'] as const;
export type InterfaceMode = (typeof interfaceModes)[number];
const mode = v.picklist(interfaceModes);

const networkName = v.pipe(
  v.string(),
  v.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'must be the name of a CNI network'),
);

const mac = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.regex(
    /^(?!00(:00){5})[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/,
    'must be the MAC of one device, such as 02:00:00:00:00:07',
  ),
);

/** At most 15 bytes (IFNAMSIZ), and none that the host itself makes in a VM's namespace. */
export const interfaceName = v.pipe(
  v.string(),
  v.regex(
    /^(?!(lo|(tap|br)\d+)$)[a-z][a-zA-Z0-9_.-]{0,14}$/,
    'must be the name of an interface, such as eth1',
  ),
);

const addressing = {
  /** Absent: as the kind of the interface allows. */
  mode: v.optional(mode),
  /** Of the guest; absent: chosen by the network. */
  mac: v.optional(mac),
  /** IPv4, which the VM keeps from its creation to its removal; absent: chosen by the network. */
  address: v.optional(v.pipe(v.string(), v.ipv4())),
  /** The same of IPv6. */
  address6: v.optional(v.pipe(v.string(), v.ipv6())),
};

const extraInterfaceSchema = v.pipe(
  v.strictObject({
    /** In the VM's namespace; the guest numbers them by the order of their names, behind eth0. */
    name: v.pipe(
      interfaceName,
      v.check((name) => name !== 'eth0', 'eth0 is the interface that spec.network itself describes'),
    ),
    /** A CNI network; absent: an interface which the plugins of another make. */
    network: v.optional(networkName),
    ...addressing,
  }),
  v.check(
    ({ network, mac: given, address, address6 }) =>
      network !== undefined || (given ?? address ?? address6) === undefined,
    'an interface without a network takes its addresses from what is there',
  ),
);
export type VmInterface = v.InferOutput<typeof extraInterfaceSchema>;

const label = /^[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?)*\.?$/;
const domain = v.pipe(v.string(), v.maxLength(253), v.regex(label, 'must be a domain name'));

/** What the guest's resolv.conf(5) says in the place of the network's own DNS. */
const dnsSchema = v.strictObject({
  /** The guest then no longer knows other VMs by name. */
  servers: v.optional(v.array(v.pipe(v.string(), v.ip())), []),
  search: v.optional(v.array(domain), []),
  options: v.optional(v.array(v.pipe(v.string(), v.regex(/^[a-z0-9-]+(:\d+)?$/, 'must be an option'))), []),
});

/** A line of the guest's hosts(5). */
const hostEntrySchema = v.strictObject({
  name: domain,
  /** `host-gateway` stands for the host, as the VM reaches it. */
  address: v.union([v.literal('host-gateway'), v.pipe(v.string(), v.ip())]),
});

/** How a VM is on the network. */
export const vmNetworkSchema = v.strictObject({
  ports: v.optional(
    v.pipe(v.array(portMappingSchema), v.check(areDistinct, 'a port of the host is named twice')),
    [],
  ),
  /** The CNI network of eth0; absent: the default one of the host. */
  name: v.optional(networkName),
  ...addressing,
  interfaces: v.optional(
    v.pipe(
      v.array(extraInterfaceSchema),
      v.maxLength(7),
      v.check(
        (all) => new Set(all.map(({ name }) => name)).size === all.length,
        'an interface is named twice',
      ),
    ),
    [],
  ),
  dns: v.optional(dnsSchema, {}),
  hosts: v.optional(v.array(hostEntrySchema), []),
});
export type VmNetwork = v.InferOutput<typeof vmNetworkSchema>;

/** Annotations of the original Ignite: this prefix and the name of an interface, with its mode as the value. */
export const interfaceAnnotation = 'ignite.weave.works/interface/';
