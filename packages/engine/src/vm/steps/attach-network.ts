import type { ClientOperation } from '@ignite/api/client/progress';
import { nameOnHost } from '@ignite/api/v1/shown-name';
import type { Vm, VmNetworkStatus } from '@ignite/api/v1/vm';
import type { VmNetwork } from '@ignite/api/v1/vm-network';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ThisHost } from '../../tools/host/this-host.ts';
import type { GuestSeed } from '../../tools/kernel/seed.ts';
import { parseIp, withoutPrefix } from '@ignite/api/address/ip-address';
import type { Admission, Attachment, Network } from '../../tools/network/network.ts';
import { sandboxUser } from '../../tools/sandbox/sandbox.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import { keptWithoutRouter } from '../errors.ts';
import { identityOf } from '../guest-identity.ts';
import {
  interfaceRequests,
  lastAddresses,
  reservations,
  routerOf,
  withLastAddresses,
  withLastMac,
} from './interface-requests.ts';

/**
 * Attaches the VM to its networks, and records the result. A guest that `keepsMacs` has the MACs already. One with the identity of another VM
 * gets the MACs and the addresses that it knows, or is not attached.
 */
export async function attachNetwork(
  vm: Vm,
  { keepsMacs = false }: { readonly keepsMacs?: boolean },
  host: { readonly objects: ObjectClient; readonly self: ThisHost; readonly network: Network },
  op: ClientOperation,
): Promise<Vm> {
  const { uid, annotations } = vm.metadata;
  const { network } = vm.spec;
  const vms = await listOwnVms(host);
  await warnOfUnreadable(vms, host.network, op);
  const router = routerOf(network, vm.metadata);
  const isKept = vm.status.identity !== undefined;
  if (isKept && router === undefined) throw keptWithoutRouter(vm.metadata.name);
  const asked = interfaceRequests(network, annotations, lastAddresses(vm));
  const wanted = isKept ? asked.map(withLastAddresses) : asked;
  const attachment = await host.network.attach(
    {
      uid,
      // Its neighbours know a guest by the name that it has itself, in the namespace of its VM.
      name: nameOnHost({ ...vm.metadata, name: identityOf(vm).hostname }),
      ports: network.ports,
      vmmUid: sandboxUser(uid),
      interfaces: keepsMacs || isKept ? wanted.map((each) => withLastMac(each, vm)) : wanted,
      ...(router !== undefined && { router }),
      reserved: reservations(vms, { uid, router }),
      dns: network.dns,
      ...admissionOf(vm.metadata.labels, network),
    },
    op.signal,
  );
  const attached = networkStatus(attachment);
  return await changeVmStatus(host.objects, vm, ({ status }) => ({ ...status, network: attached }));
}

/** Pure. Returns the inputs of the VM's packet filters. */
export const admissionOf = (labels: Readonly<Record<string, string>>, { policy }: VmNetwork): Admission => ({
  labels,
  ...(policy && { policy }),
});

/** Warns about VMs with unreadable records, whose ports and addresses cannot be kept free. */
async function warnOfUnreadable(
  vms: readonly Vm[],
  network: Network,
  { report }: ClientOperation,
): Promise<void> {
  for (const { uid, failure } of await network.unreadable()) {
    const name = vms.find(({ metadata }) => metadata.uid === uid)?.metadata.name ?? uid;
    report({ kind: 'warning', message: `VM "${name}": ${failure.message}: ${failure.hint}` });
  }
}

/** Pure. Returns the network status of an attachment. */
function networkStatus({ nics, reachedAt }: Attachment): VmNetworkStatus {
  const interfaces = nics.map(({ name, network, mac, addresses }) => ({
    name,
    ...(network !== undefined && { network }),
    mac,
    ipAddresses: addresses.map(withoutPrefix),
  }));
  return {
    ipAddresses: reachedAt ?? interfaces.flatMap(({ ipAddresses }) => ipAddresses),
    mac: nics[0]?.mac ?? '',
    gateway: gatewayOf(nics) ?? '',
    interfaces,
  };
}

/** Pure. Returns what the guest's boot needs to know about its networks. */
export function guestNetwork(
  { spec: { network } }: Vm,
  { nics, dns }: Attachment,
): Pick<GuestSeed, 'interfaces' | 'dns' | 'hosts'> {
  const gateway = gatewayOf(nics);
  return {
    interfaces: nics,
    dns: { ...network.dns, servers: network.dns.servers.length > 0 ? network.dns.servers : dns },
    hosts: network.hosts.flatMap(({ name, address }) => {
      if (address !== 'host-gateway') return [{ name, address }];
      return gateway === undefined ? [] : [{ name, address: gateway }];
    }),
  };
}

/** Returns the default gateways of the guest, IPv4 first. */
function gatewayOf(nics: Attachment['nics']): string | undefined {
  return nics
    .flatMap(({ routes }) => routes)
    .flatMap(({ to, via }) => (to === 'default' && via !== undefined ? [via] : []))
    .sort((a, b) => parseIp(a).family - parseIp(b).family)[0];
}

/**
 * Refuses what the VM `wanted` cannot have beside other VMs, before anything is made.
 * @throws CodedError as `Network.validate`, and VM_INVALID
 */
export async function assertNetworkFits(
  wanted: {
    readonly uid: string;
    readonly namespace?: string | undefined;
    readonly network: VmNetwork;
    readonly annotations: Readonly<Record<string, string>>;
  },
  vms: readonly Vm[],
  network: Network,
): Promise<void> {
  const router = routerOf(wanted.network, wanted);
  await network.validate({
    uid: wanted.uid,
    interfaces: interfaceRequests(wanted.network, wanted.annotations),
    ports: wanted.network.ports,
    ...(router !== undefined && { router }),
    reserved: reservations(vms, { uid: wanted.uid, router }),
  });
}
