import type { Command } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { withReader } from '../context.ts';
import { assertOutputFlags, outputFlags, printDocument } from '../render/objects.ts';
import { renderTemplate } from '../render/template.ts';

export const inspect: Command = {
  name: 'inspect',
  arguments: '[vm|image|kernel] OBJECT',
  arity: { least: 1, most: 2 },
  summary: 'Print everything that is known of a VM, image or kernel',
  examples: [
    'ignite inspect my-vm',
    'ignite inspect image debian:12 -o yaml',
    "ignite inspect vm my-vm --format '{{.status.network.ipAddresses}}'",
  ],
  flags: outputFlags,
  run: async (invocation) => {
    const { flags, args, io, signal } = invocation;
    assertOutputFlags(flags);
    const kind = args.length === 1 ? 'vm' : args[0]!.toLowerCase();
    const query = args.at(-1)!;
    const object = await withReader(invocation, async (client) => {
      if (kind === 'vm') return await client.vms.find(query, signal);
      if (kind === 'image') return await client.images.find(query, signal);
      if (kind === 'kernel') return await client.kernels.find(query, signal);
      throw usageError(`there is no kind "${kind}"`, 'write vm, image or kernel');
    });
    const template = flags.text('format');
    if (template === undefined) await printDocument(object, flags.text('output') ?? 'json', io);
    else io.out.write(`${renderTemplate(template, object)}\n`);
    return 0;
  },
};
