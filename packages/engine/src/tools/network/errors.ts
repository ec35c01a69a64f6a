import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { nearest } from '@ignite/toolkit/text/nearest';

export type NetworkErrorCode =
  | 'CNI_PLUGIN_MISSING'
  | 'CNI_FAILED'
  | 'CNI_CONFIG_BROKEN'
  | 'NETWORK_RECORD_INVALID'
  | 'NETWORK_NOT_FOUND'
  | 'INTERFACE_MISSING'
  | 'INTERFACE_UNBRIDGEABLE'
  | 'ADDRESS_INVALID'
  | 'ADDRESS_TAKEN'
  | 'ADDRESS_IGNORED'
  | 'MAC_TAKEN'
  | 'PORT_TAKEN'
  | 'PORTS_UNSUPPORTED'
  | 'ROUTER_UNSUPPORTED'
  | 'ROUTER_SUBNETS_TAKEN';

const networkError = (
  code: NetworkErrorCode,
  what: string,
  hint: string,
  cause?: unknown,
): CodedError<NetworkErrorCode> => new CodedError(code, what, { hint, cause });

export const pluginMissing = (plugin: string, dirs: readonly string[]): CodedError =>
  networkError(
    'CNI_PLUGIN_MISSING',
    `the CNI plugin "${plugin}" was not found in ${dirs.join(', ')}`,
    'run "ignite doctor --fix", or add its directory to $CNI_PATH',
  );

export const pluginFailed = (plugin: string, command: string, cause: unknown, said: string): CodedError =>
  networkError(
    'CNI_FAILED',
    `the CNI plugin "${plugin}" failed to ${command}: ${said}`,
    'check the network configuration in /etc/cni/net.d; "ignite doctor" checks the host',
    cause,
  );

export const configBroken = (path: string, cause: unknown): CodedError =>
  networkError(
    'CNI_CONFIG_BROKEN',
    `${path} is not a CNI network configuration list`,
    'fix it, or remove it to let Ignite write its own',
    cause,
  );

export const recordInvalid = (path: string, cause: unknown): CodedError =>
  networkError(
    'NETWORK_RECORD_INVALID',
    `${path} is not a valid network record of a VM`,
    'a newer Ignite may have written it: use that version, or stop the VM and remove the file',
    cause,
  );

export function networkNotFound(
  name: string,
  known: readonly string[],
  broken: readonly string[],
): CodedError {
  const meant = nearest(name, known);
  const there = known.length === 0 ? 'no networks are defined' : `known networks: ${known.join(', ')}`;
  const hint = [
    meant === undefined ? there : `did you mean "${meant}"? ${there}`,
    ...(broken.length === 0 ? [] : [`unreadable files: ${broken.join(', ')}`]),
  ];
  return networkError('NETWORK_NOT_FOUND', `there is no CNI network "${name}"`, hint.join('; '));
}

export const interfaceMissing = (name: string, found: readonly string[]): CodedError =>
  networkError(
    'INTERFACE_MISSING',
    `the networks of the VM have no interface "${name}": they have ${found.join(', ') || 'none'}`,
    'give the interface a network, or use an interface that the CNI plugins create',
  );

export const interfaceUnbridgeable = (name: string, kind: string): CodedError =>
  networkError(
    'INTERFACE_UNBRIDGEABLE',
    `the interface "${name}" is of the kind ${kind}, which cannot be added to a bridge`,
    'set its mode to tc-redirect',
  );

export const addressInvalid = (address: string, network: string, why: string): CodedError =>
  networkError(
    'ADDRESS_INVALID',
    `${address} cannot be used on the network "${network}": ${why}`,
    `choose another; "ignite network inspect ${network}" shows its subnets`,
  );

export const addressTaken = (address: string, network: string, by: string, cause?: unknown): CodedError =>
  networkError(
    'ADDRESS_TAKEN',
    `${address} on the network "${network}" is ${by}`,
    'choose another; "ignite ps -a" shows which are in use',
    cause,
  );

export const addressIgnored = (asked: string, network: string, given: readonly string[]): CodedError =>
  networkError(
    'ADDRESS_IGNORED',
    `the network "${network}" assigned ${given.join(' and ') || 'no address'} instead of ${asked}`,
    'its plugin chooses addresses itself: do not request one, or use a network with host-local',
  );

export const macTaken = (mac: string, by: string): CodedError =>
  networkError('MAC_TAKEN', `the MAC ${mac} is ${by}`, 'choose another');

export const portTaken = (port: string): CodedError =>
  networkError(
    'PORT_TAKEN',
    `port ${port} on this host is in use`,
    'choose another host port, or stop the program that uses it (see "ss -lntup" and "ignite ps")',
  );

export const portsUnsupported = (network: string): CodedError =>
  networkError(
    'PORTS_UNSUPPORTED',
    `the network "${network}" cannot publish ports: its configuration list has no plugin with the capability portMappings`,
    'add {"type": "portmap", "capabilities": {"portMappings": true}} to the list, or do not publish ports',
  );

export const routerUnsupported = (router: string, why: string, hint: string): CodedError =>
  networkError('ROUTER_UNSUPPORTED', `a VM cannot be behind the router "${router}": ${why}`, hint);

export const routerSubnetsTaken = (router: string, inside: string): CodedError =>
  networkError(
    'ROUTER_SUBNETS_TAKEN',
    `the router "${router}" finds no free subnet of the size of ${inside} by which this host could reach its VMs`,
    'remove routers by stopping the VMs behind them, or use a network with a smaller subnet; "ip route" shows what this host uses',
  );
