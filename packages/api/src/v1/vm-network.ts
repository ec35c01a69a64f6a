import * as v from 'valibot';

/** A port of the host that leads to a port of the VM. No `bindAddress` means every address of the host. */
const portMappingSchema = v.strictObject({
  bindAddress: v.optional(v.pipe(v.string(), v.ip())),
  hostPort: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  vmPort: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  protocol: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
});
export type PortMapping = v.InferOutput<typeof portMappingSchema>;

const areDistinct = (ports: PortMapping[]): boolean =>
  new Set(ports.map((port) => `${port.bindAddress ?? ''}:${port.hostPort}/${port.protocol}`)).size ===
  ports.length;

/** How a VM is on the network. */
export const vmNetworkSchema = v.strictObject({
  ports: v.optional(
    v.pipe(v.array(portMappingSchema), v.check(areDistinct, 'a port of the host is named twice')),
    [],
  ),
});
