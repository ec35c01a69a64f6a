import { nameOnHost } from '@ignite/api/v1/shown-name';
import type { Vm } from '@ignite/api/v1/vm';
import {
  type InterfaceMode,
  interfaceAnnotation,
  interfaceModes,
  interfaceName,
  type VmNetwork,
} from '@ignite/api/v1/vm-network';
import * as v from 'valibot';
import type { CniInterfaceRequest, InterfaceRequest, Reservation } from '../../tools/network/network.ts';
import { invalidVm } from '../errors.ts';

type Declared = Pick<VmNetwork, 'mode' | 'mac' | 'address' | 'address6'>;

/**
 * Pure. Returns the requested interfaces of a VM: eth0, those of its spec, and those that annotations of the
 * original Ignite name.
 * @throws CodedError VM_INVALID for an annotation that names no interface or no mode
 */
export function interfaceRequests(
  network: VmNetwork,
  annotations: Readonly<Record<string, string>>,
  last: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly InterfaceRequest[] {
  const modes = annotatedModes(annotations);
  const declared = new Set(['eth0', ...network.interfaces.map(({ name }) => name)]);
  const eth0 = { ...network, name: 'eth0' };
  const requests = [
    cniRequest(eth0, network.name, modes, last),
    ...network.interfaces.map(({ network: of, ...each }): InterfaceRequest => {
      if (of !== undefined) return cniRequest(each, of, modes, last);
      return { kind: 'found', name: each.name, mode: each.mode ?? modes.get(each.name) ?? 'dhcp-bridge' };
    }),
  ];
  const annotated = [...modes].filter(([name]) => !declared.has(name));
  return [...requests, ...annotated.map(([name, mode]): InterfaceRequest => ({ kind: 'found', name, mode }))];
}

/** Pure. Returns the addresses that each interface had when the VM last ran. */
export function lastAddresses({ status: { network } }: Vm): ReadonlyMap<string, readonly string[]> {
  if (!network) return new Map();
  const { interfaces = [{ name: 'eth0', ipAddresses: network.ipAddresses }] } = network;
  return new Map(interfaces.map(({ name, ipAddresses }) => [name, ipAddresses]));
}

/** Pure. Returns the request for an interface with the MAC that the interface had when the VM last ran. */
export function withLastMac(request: InterfaceRequest, { status: { network } }: Vm): InterfaceRequest {
  if (request.kind !== 'cni' || request.mac !== undefined) return request;
  const mac = network?.interfaces?.find(({ name }) => name === request.name)?.mac;
  return { ...request, ...(mac !== undefined && { mac }) };
}

/** Pure. Returns the request for an interface that must get the addresses that it had, unless others are declared. */
export const withLastAddresses = (request: InterfaceRequest): InterfaceRequest =>
  request.kind === 'cni' && request.addresses.length === 0
    ? { ...request, addresses: request.lastAddresses }
    : request;

/** Pure. Returns the router that something of a namespace is behind, by the name that it has on its host. */
export const routerOf = (
  { router }: { readonly router?: string | undefined },
  { namespace = '' }: { readonly namespace?: string | undefined },
): string | undefined => (router === undefined ? undefined : nameOnHost({ namespace, name: router }));

/**
 * Pure. Returns the addresses and MACs that other VMs have requested explicitly, behind the same router as the VM `uid`, or behind none.
 */
export function reservations(
  vms: readonly Vm[],
  { uid, router }: { readonly uid: string; readonly router?: string | undefined },
): readonly Reservation[] {
  return vms
    .filter(({ metadata, spec }) => metadata.uid !== uid && routerOf(spec.network, metadata) === router)
    .flatMap(({ metadata, spec: { network } }) =>
      [{ ...network, network: network.name }, ...network.interfaces].map((each) => ({
        vm: metadata.name,
        ...(each.network !== undefined && { network: each.network }),
        addresses: addressesOf(each),
        ...(each.mac !== undefined && { mac: each.mac }),
      })),
    )
    .filter(({ addresses, mac }) => addresses.length > 0 || mac !== undefined);
}

function cniRequest(
  declared: Declared & { readonly name: string },
  network: string | undefined,
  modes: ReadonlyMap<string, InterfaceMode>,
  last: ReadonlyMap<string, readonly string[]>,
): CniInterfaceRequest {
  const mode = declared.mode ?? modes.get(declared.name);
  return {
    kind: 'cni',
    name: declared.name,
    ...(network !== undefined && { network }),
    ...(mode !== undefined && { mode }),
    ...(declared.mac !== undefined && { mac: declared.mac }),
    addresses: addressesOf(declared),
    lastAddresses: last.get(declared.name) ?? [],
  };
}

const addressesOf = ({ address, address6 }: Declared): readonly string[] =>
  [address, address6].filter((each) => each !== undefined);

function annotatedModes(annotations: Readonly<Record<string, string>>): ReadonlyMap<string, InterfaceMode> {
  const modes = new Map<string, InterfaceMode>();
  for (const [key, mode] of Object.entries(annotations)) {
    if (!key.startsWith(interfaceAnnotation)) continue;
    const name = key.slice(interfaceAnnotation.length);
    if (!v.is(interfaceName, name))
      throw invalidVm(`annotation ${key}: not an interface name`, annotationHint);
    if (!v.is(v.picklist(interfaceModes), mode))
      throw invalidVm(`annotation ${key}: unknown mode ${JSON.stringify(mode)}`, annotationHint);
    modes.set(name, mode);
  }
  return modes;
}

const annotationHint = `use ${interfaceAnnotation}eth1: ${interfaceModes.join(' or ')}`;
