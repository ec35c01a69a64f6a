import type { Command } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { withClient } from '../context.ts';

export const logs: Command = {
  name: 'logs',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Print what a VM wrote to its console, of its last start',
  details: ['A VM that has stopped, or did not boot, keeps its log until it is started again or removed.'],
  examples: ['ignite logs my-vm', 'ignite logs -f --tail 20 my-vm'],
  flags: {
    follow: { type: 'boolean', short: 'f', help: 'go on while the VM runs' },
    tail: { type: 'string', short: 'n', value: 'LINES', help: 'only the last lines' },
  },
  run: async (invocation) => {
    const { flags, args, io, signal } = invocation;
    const tail = flags.text('tail');
    if (tail !== undefined && !/^\d{1,9}$/.test(tail))
      throw usageError(`--tail ${tail}: not a number of lines`, 'write a whole number');
    const request = { follow: flags.isSet('follow'), ...(tail !== undefined && { tail: Number(tail) }) };
    await withClient(invocation, async (client) => {
      for await (const part of client.vms.logs(args[0]!, request, signal)) io.out.write(part);
    });
    return 0;
  },
};
