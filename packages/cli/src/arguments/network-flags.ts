import { parsePortMappings } from '@ignite/api/v1/parse-port-mappings';
import type { FlagValues, Flags } from './command.ts';
import { usageError } from './usage-error.ts';

export const networkFlags: Flags = {
  ports: {
    type: 'list',
    short: 'p',
    value: 'MAPPING',
    help: 'publish ports of the VM: [ADDRESS:]HOST:VM[/udp], also ranges and comma-separated lists',
  },
  network: {
    type: 'list',
    value: 'NETWORK',
    help: 'connect the VM to a CNI network (see "ignite network ls"); the second one is eth1, and so on',
  },
  router: {
    type: 'string',
    value: 'NAME',
    help: 'put the VM behind a router: on a network of the same addresses that is apart, with the VMs that name the same router',
  },
  ip: { type: 'string', value: 'ADDRESS', help: 'IPv4 address, kept until the VM is removed' },
  ip6: { type: 'string', value: 'ADDRESS', help: 'IPv6 address, kept until the VM is removed' },
  mac: { type: 'string', value: 'MAC', help: 'MAC address of eth0' },
  dns: { type: 'list', value: 'ADDRESS', help: "DNS server, instead of the network's" },
  'dns-search': { type: 'list', value: 'DOMAIN', help: 'DNS search domain' },
  'dns-option': { type: 'list', value: 'OPTION', help: 'DNS option of resolv.conf(5), such as ndots:2' },
  'add-host': {
    type: 'list',
    value: 'NAME:ADDRESS',
    help: 'extra entry for /etc/hosts; the address host-gateway stands for the host',
  },
};

/**
 * The network settings from the flags, to be merged with those from elsewhere.
 * @throws CodedError USAGE_INVALID, PORT_INVALID
 */
export function networkOf(flags: FlagValues): object {
  const lists = (name: string): readonly string[] => flags.list(name).flatMap((list) => list.split(','));
  const [name, ...more] = lists('network');
  const texts = {
    router: flags.text('router'),
    address: flags.text('ip'),
    address6: flags.text('ip6'),
    mac: flags.text('mac'),
  };
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
    throw usageError(`--add-host ${JSON.stringify(text)}: not a host entry`, 'use --add-host NAME:ADDRESS');
  return { name, address };
}
