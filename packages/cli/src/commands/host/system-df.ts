import type { Command } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { spaceDetails, spaceDocument, spaceTable } from '../../render/text/space.ts';

export const systemDf: Command = {
  name: 'system df',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Show what takes space in the data directory, and what could be had back',
  details: [
    'Sizes are of the blocks that are really taken. Layers are images as they were fetched, which "save", "push" and "commit" need. VMs are their disks, keys and seeds. Leftovers are what was half-made when its maker was killed.',
  ],
  examples: ['ignite system df', 'ignite system df -v', 'ignite system df -o json'],
  flags: {
    verbose: { type: 'boolean', short: 'v', help: 'list each thing' },
    output: { ...documentFlag, help: 'json or yaml, with sizes in bytes' },
  },
  run: async (invocation) => {
    const { flags, io, signal } = invocation;
    const format = documentFormatOf(flags);
    await withClient(invocation, async (client) => {
      const items = await client.space.survey(signal);
      if (format !== undefined) await printDocument(spaceDocument(items), format, io);
      else io.out.write(flags.isSet('verbose') ? spaceDetails(items) : spaceTable(items));
    });
    return 0;
  },
};
