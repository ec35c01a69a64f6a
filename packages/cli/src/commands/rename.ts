import type { Command } from '../arguments/command.ts';
import { withClient } from '../context.ts';

export const rename: Command = {
  name: 'rename',
  arguments: 'VM NAME',
  arity: { least: 2, most: 2 },
  summary: 'Give a VM another name',
  details: [
    'Other VMs find it by that name at once; the guest itself has it as its host name from its next boot on. The uid stays.',
  ],
  examples: ['ignite rename my-vm web'],
  flags: {},
  run: async (invocation) => {
    const { args, io, flags } = invocation;
    const [query = '', name = ''] = args;
    const { metadata } = await withClient(invocation, (client, op) => client.life.rename(query, name, op));
    io.out.write(
      flags.isSet('quiet')
        ? `${metadata.uid}\n`
        : `Renamed VM with ID "${metadata.uid}" to "${metadata.name}"\n`,
    );
    return 0;
  },
};
