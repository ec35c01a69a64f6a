import type { Command } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClient } from '../../context.ts';
import { writeArchive } from '../../files/archive-output.ts';
import { openInput } from '../../files/open-input.ts';
import { createdText, printDone } from '../../render/message/done.ts';

export const exportVm: Command = {
  name: 'export',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Write a VM with its disk, image and kernel to an archive',
  examples: ['ignite export my-vm -o my-vm.tar', 'ignite export my-vm | ssh other ignite import -'],
  flags: {
    output: { type: 'string', short: 'o', value: 'FILE', default: 'standard output', help: 'where to' },
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    await withClient(invocation, ({ archives }, op) =>
      writeArchive(flags.text('output'), (output) => archives.export(args[0]!, output, op)),
    );
    return 0;
  },
};

export const importVm: Command = {
  name: 'import',
  arguments: 'FILE',
  arity: { least: 1, most: 1 },
  summary: 'Make a VM of an archive that export wrote: a new one, with keys and addresses of its own',
  details: [
    'What its definition names of this host it is not given unless each is allowed by name: --allow volume=NAME, folder=PATH, file=PATH, device=PATH (with :ro to read alone), port=[ADDRESS:]PORT[/udp], network=NAME, address=ADDRESS, service=NAME, restart=POLICY. An import that is refused tells all that it wants, with the flags to add.',
  ],
  examples: [
    'ignite import my-vm.tar',
    'ignite import my-vm.tar --name copy',
    'ignite import my-vm.tar --allow volume=db --allow port=8080',
  ],
  flags: {
    name: { type: 'string', short: 'n', value: 'NAME', default: 'as it was', help: 'its name' },
    allow: { type: 'list', value: 'KIND=WHAT', help: 'something of this host that the VM may be given' },
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const name = flags.text('name');
    const allow = flags.list('allow');
    const wrong = allow.find((text) => !/^[a-z]+=./.test(text));
    if (wrong !== undefined)
      throw usageError(`--allow ${wrong}: not something of this host`, 'write KIND=WHAT, as in volume=db');
    const input = await openInput(args[0]!);
    const vm = await withClient(invocation, ({ archives }, op) =>
      archives.import(input, { allow, ...(name !== undefined && { name }) }, op),
    );
    printDone(vm, createdText('VM', vm), invocation);
    return 0;
  },
};
