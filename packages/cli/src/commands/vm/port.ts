import type { Vm } from '@ignite/api/v1/vm';
import { isUp } from '@ignite/api/v1/vm-phase';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { formatHostPort } from '@ignite/api/v1/format-port-mapping';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withReader } from '../../context.ts';

export const port: Command = {
  name: 'port',
  arguments: 'VM [PORT]',
  arity: { least: 1, most: 2 },
  summary: 'List the published ports of a VM, or look up one of them',
  details: [
    'A VM that is not running has no published ports. PORT is a port of the VM: 80, 80/tcp or 53/udp.',
  ],
  examples: ['ignite port my-vm', 'ignite port my-vm 80', 'ignite port my-vm 53/udp'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const { args, io, signal } = invocation;
    const [query = '', wanted] = args;
    const asked = wanted === undefined ? undefined : parseVmPort(wanted);
    const vm = await withReader(invocation, (client) => client.vms.find(query, signal));
    io.out.write(portLines(vm, asked).join(''));
    return 0;
  },
};

type VmPort = Pick<PortMapping, 'vmPort' | 'protocol'>;

/** Pure, in the words of `docker port`. @throws CodedError PORT_UNPUBLISHED for a port that is not published */
export function portLines(vm: Vm, asked?: VmPort): readonly string[] {
  const published = isUp(vm) ? vm.spec.network.ports : [];
  if (asked === undefined)
    return published.map((mapping) => `${vmPortText(mapping)} -> ${formatHostPort(mapping)}\n`);
  const found = published.filter(
    ({ vmPort, protocol }) => vmPort === asked.vmPort && protocol === asked.protocol,
  );
  if (found.length === 0) throw portUnpublished(vmPortText(asked), vm.metadata.name);
  return found.map((mapping) => `${formatHostPort(mapping)}\n`);
}

const vmPortText = ({ vmPort, protocol }: VmPort): string => `${vmPort}/${protocol}`;

/** @throws CodedError USAGE_INVALID */
function parseVmPort(text: string): VmPort {
  const [, number = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
  const vmPort = Number(number);
  if (vmPort < 1 || vmPort > 65_535 || (protocol !== 'tcp' && protocol !== 'udp'))
    throw usageError(`not a port: ${JSON.stringify(text)}`, 'use a port of the VM, such as 80 or 53/udp');
  return { vmPort, protocol };
}

export type PortErrorCode = 'PORT_UNPUBLISHED';

const portUnpublished = (port: string, vm: string): CodedError<PortErrorCode> =>
  new CodedError('PORT_UNPUBLISHED', `port ${port} of VM "${vm}" is not published`, {
    hint: `"ignite port ${vm}" lists the published ports; a VM that is not running has none`,
  });
