import { allowFlag, allowedOf } from '../../arguments/allow-flag.ts';
import type { Command } from '../../arguments/command.ts';
import { namespaceBeside, namespaceFlags } from '../../arguments/namespace.ts';
import { withClient } from '../../context.ts';
import { writeArchive } from '../../files/archive-output.ts';
import { openInput } from '../../files/open-input.ts';
import { createdText, printDone } from '../../render/message/done.ts';

export const exportVm: Command = {
  name: 'export',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Export a VM with its disk, image and kernel to a tar archive',
  examples: ['ignite export my-vm -o my-vm.tar', 'ignite export my-vm | ssh other ignite import -'],
  flags: {
    ...namespaceFlags,
    output: { type: 'string', short: 'o', value: 'FILE', default: 'standard output', help: 'output file' },
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
  summary: 'Import a VM from an archive that "ignite export" wrote',
  details: [
    'The VM is a new one, with its own keys and addresses. It may use resources of this host only if you allow each of them: --allow volume=NAME, folder=PATH, file=PATH, device=PATH (add :ro for read-only access), port=[ADDRESS:]PORT[/udp], network=NAME, address=ADDRESS, service=NAME, restart=POLICY. If the import is refused, the error lists everything that the VM asks for, and the flags to add.',
  ],
  examples: [
    'ignite import my-vm.tar',
    'ignite import my-vm.tar --name copy',
    'ignite import my-vm.tar --allow volume=db --allow port=8080',
  ],
  flags: {
    name: {
      type: 'string',
      short: 'n',
      value: 'NAME',
      default: 'the name in the archive',
      help: 'name of the VM',
    },
    ...namespaceBeside('name'),
    allow: allowFlag('allow the VM to use a resource of this host'),
  },
  run: async (invocation) => {
    const { flags, args, namespace } = invocation;
    const name = flags.text('name');
    const allow = allowedOf(flags);
    const input = await openInput(args[0]!);
    const vm = await withClient(invocation, ({ archives }, op) =>
      archives.import(
        input,
        { allow, ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) },
        op,
      ),
    );
    printDone(vm, createdText('VM', vm), invocation);
    return 0;
  },
};
