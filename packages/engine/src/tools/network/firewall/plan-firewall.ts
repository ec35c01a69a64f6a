import { withoutPrefix } from '@ignite/api/address/ip-address';
import type { AttachmentRecord, InterfaceRecord } from '../cni/attachment-record.ts';
import { hostBridge } from '../cni/conf-list.ts';
import type { AttachedNic, Attachment } from '../network.ts';
import { removalLines } from './nft.ts';
import { type GuestNic, planGuestTable } from './plan-guest-table.ts';
import { type LinkGuest, linkTable, planLinkTable } from './plan-link-table.ts';
import type { ResolvedPolicy } from './policy-matches.ts';
import { type LabelledVm, resolvePolicy } from './resolve-policy.ts';

/** A VM whose attachment is complete. */
export type AttachedRecord = AttachmentRecord & { readonly attachment: Attachment };

export const isAttached = (record: AttachmentRecord): record is AttachedRecord =>
  record.attachment !== undefined;

/** Tells whether there is a guest in a namespace. Programs there are unprivileged, and cannot send under a false address. */
export const hasGuest = ({ attachment }: AttachedRecord): boolean =>
  attachment.nics.some(({ tap }) => tap !== undefined);

/**
 * Pure. Returns the device of this host that carries an interface's packets: a bridge, or the end of a veth
 * pair. Returns `undefined` if there is none, or if its plugin has rules of its own.
 */
function hostLink({ list, result }: InterfaceRecord): string | undefined {
  const bridge = hostBridge(list);
  if (bridge !== undefined) return bridge;
  if (!list.plugins.some(({ type }) => type === 'ptp')) return undefined;
  return result?.interfaces.find(({ sandbox }) => !sandbox)?.name;
}

/** Pure. Returns the devices that carry the packets of a VM. */
export const hostLinks = ({ interfaces }: AttachmentRecord): readonly string[] => [
  ...new Set(interfaces.map(hostLink).filter((device) => device !== undefined)),
];

/** Pure. Tells whether a device that carries a VM's packets may carry those of others too. */
export const isBridge = (device: string, { interfaces }: AttachmentRecord): boolean =>
  interfaces.some(({ list }) => hostBridge(list) === device);

/**
 * Pure. Returns the lines that build the table of a device for the VMs behind it, or remove the table if
 * there are none.
 */
export function linkTableLines(
  device: string,
  all: readonly AttachedRecord[],
  hasUnknown: boolean,
): readonly string[] {
  const guests = all.flatMap((record) => linkGuest(record, device, all));
  return guests.length > 0 || hasUnknown
    ? planLinkTable({ device, guests, hasUnknown })
    : removalLines(linkTable(device));
}

function linkGuest(
  record: AttachedRecord,
  device: string,
  all: readonly AttachedRecord[],
): readonly LinkGuest[] {
  const behind = record.interfaces.filter((made) => hostLink(made) === device).map(({ name }) => name);
  if (behind.length === 0) return [];
  const nics = record.attachment.nics.filter(({ name }) => behind.includes(name));
  const { ingress, sources = [] } = policyOf(record, all) ?? {};
  return [{ uid: record.uid, addresses: addressesOf(nics), sources, ...(ingress && { ingress }) }];
}

/** Pure. Returns the lines that build the table of a VM's namespace. */
export const guestTableLines = (record: AttachedRecord, all: readonly AttachedRecord[]): readonly string[] =>
  planGuestTable(
    record.attachment.nics.flatMap((nic) =>
      nic.tap === undefined ? [] : [guestNic({ ...nic, tap: nic.tap }, record)],
    ),
    policyOf(record, all),
  );

type GuestInterface = AttachedNic & { readonly tap: string };

function guestNic(
  { name, tap, mac, addresses, isRedirected }: GuestInterface,
  { interfaces }: AttachedRecord,
): GuestNic {
  const made = interfaces.find((each) => each.name === name);
  const device = made && hostLink(made);
  const hostMac = made?.result?.interfaces.find((each) => !each.sandbox && each.name === device)?.mac;
  return {
    name,
    tap,
    mac,
    addresses: addresses.map(withoutPrefix),
    isRedirected: isRedirected === true,
    ...(hostMac !== undefined && { hostMac }),
    gateways: (made?.result?.ips ?? []).flatMap(({ gateway }) => (gateway === undefined ? [] : [gateway])),
  };
}

const policyOf = ({ policy }: AttachedRecord, all: readonly AttachedRecord[]): ResolvedPolicy | undefined =>
  policy && resolvePolicy(policy, all.map(labelledVm));

const labelledVm = ({ labels = {}, attachment }: AttachedRecord): LabelledVm => ({
  labels,
  addresses: addressesOf(attachment.nics),
});

const addressesOf = (nics: readonly AttachedNic[]): readonly string[] =>
  nics.flatMap(({ addresses }) => addresses.map(withoutPrefix));
