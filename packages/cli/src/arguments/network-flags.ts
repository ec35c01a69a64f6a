import { parsePortMappings } from '@ignite/engine/network/address/parse-port-mappings';
import type { FlagValues, Flags } from './command.ts';
import { usageError } from './usage-error.ts';

export const networkFlags: Flags = {
  ports: {
    type: 'list',
    short: 'p',
    value: 'MAPPING',
    help: 'publish [ADDRESS:]HOST:VM[/udp]; ranges and lists too',
  },
  network: {
    type: 'list',
    value: 'NETWORK',
    help: 'be on a CNI network; a second one is eth1, and so on ("ignite network ls" lists them)',
  },
  ip: { type: 'string', value: 'ADDRESS', help: 'its IPv4 address, which it keeps until it is removed' },
  ip6: { type: 'string', value: 'ADDRESS', help: 'the same of IPv6' },
  mac: { type: 'string', value: 'MAC', help: "its eth0's MAC" },
  dns: { type: 'list', value: 'ADDRESS', help: "a DNS server in place of the network's" },
  'dns-search': { type: 'list', value: 'DOMAIN', help: 'a domain in which it looks names up' },
  'dns-option': { type: 'list', value: 'OPTION', help: 'an option of resolv.conf(5), such as ndots:2' },
  'add-host': {
    type: 'list',
    value: 'NAME:ADDRESS',
    help: 'a name for its /etc/hosts; the address host-gateway is the host',
  },
};

/**
 * What flags say of a VM's network, to be merged into what is said elsewhere.
 * @throws CodedError USAGE_INVALID, PORT_INVALID
 */
export function networkOf(flags: FlagValues): object {
  const lists = (name: string): readonly string[] => flags.list(name).flatMap((list) => list.split(','));
  const [name, ...more] = lists('network');
  const texts = { address: flags.text('ip'), address6: flags.text('ip6'), mac: flags.text('mac') };
  const dns = { servers: lists('dns'), search: lists('dns-search'), options: lists('dns-option') };
  const told = Object.entries(dns).filter(([, list]) => list.length > 0);
  return {
    ...(flags.isSet('ports') && { ports: parsePortMappings(flags.list('ports')) }),
    ...(name !== undefined && {
      name,
      interfaces: more.map((network, at) => ({ name: `eth${at + 1}`, network })),
    }),
    ...given(texts),
    ...(told.length > 0 && { dns: Object.fromEntries(told) }),
    ...(flags.isSet('add-host') && { hosts: flags.list('add-host').map(parseHost) }),
  };
}

const given = (texts: Readonly<Record<string, string | undefined>>): object =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));

/** As Docker takes it: `NAME:ADDRESS` or `NAME=ADDRESS`, an IPv6 address with or without brackets. */
function parseHost(text: string): { readonly name: string; readonly address: string } {
  const [, name, address] = /^([^:=]+)[:=]\[?([^[\]]+)\]?$/.exec(text) ?? [];
  if (name === undefined || address === undefined)
    throw usageError(`--add-host ${JSON.stringify(text)}: not a host`, 'write --add-host NAME:ADDRESS');
  return { name, address };
}
