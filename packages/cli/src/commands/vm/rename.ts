import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClient } from '../../context.ts';
import { printDone } from '../../render/message/done.ts';

export const rename: Command = {
  name: 'rename',
  arguments: 'VM NAME',
  arity: { least: 2, most: 2 },
  summary: 'Rename a VM',
  details: [
    'Other VMs find the VM by its new name immediately; the guest has it as its host name from the next boot on. The uid does not change.',
  ],
  examples: ['ignite rename my-vm web'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const [query = '', name = ''] = invocation.args;
    const vm = await withClient(invocation, (client, op) => client.life.rename(query, name, op));
    printDone(vm, `Renamed VM with ID "${vm.metadata.uid}" to "${vm.metadata.name}"`, invocation);
    return 0;
  },
};
