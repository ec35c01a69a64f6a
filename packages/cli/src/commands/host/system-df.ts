import type { Command } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { spaceDetails, spaceDocument, spaceTable } from '../../render/text/space.ts';

export const systemDf: Command = {
  name: 'system df',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Show disk usage',
  details: [
    'Sizes are those of allocated blocks. Layers are images as they were pulled, which "save", "push" and "commit" need. The size of a VM includes its disk, keys and seed. Leftovers are files of operations that were interrupted.',
  ],
  examples: ['ignite system df', 'ignite system df -v', 'ignite system df -o json'],
  flags: {
    verbose: { type: 'boolean', short: 'v', help: 'show the usage of each object' },
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
