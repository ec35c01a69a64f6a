import type { Command } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { printDocument } from '../render/objects.ts';

const igniteVersion = '0.1.0';

export const version: Command = {
  name: 'version',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Print the version',
  examples: ['ignite version', 'ignite version -o json'],
  flags: { output: { type: 'string', short: 'o', value: 'FORMAT', help: 'short, json or yaml' } },
  run: async ({ flags, io }) => {
    const output = flags.text('output');
    if (output === 'json' || output === 'yaml')
      await printDocument({ igniteVersion, nodeVersion: process.version }, output, io);
    else if (output === 'short') io.out.write(`${igniteVersion}\n`);
    else if (output === undefined)
      io.out.write(`Ignite version: ${igniteVersion} (Node ${process.version}, ${process.arch})\n`);
    else throw usageError(`-o ${output}: there is no such format`, 'write short, json or yaml');
    return 0;
  },
};
