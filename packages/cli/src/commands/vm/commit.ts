import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClient } from '../../context.ts';
import { createdText, printDone } from '../../render/message/done.ts';
import { parseInstructions } from '../resource/image-instruction.ts';

export const commit: Command = {
  name: 'commit',
  arguments: 'VM REFERENCE',
  arity: { least: 2, most: 2 },
  summary: "Create an image from a VM's changes",
  details: ['The new image is the image of the VM with one more layer.'],
  examples: [
    'ignite commit my-vm my-image:2',
    'ignite commit my-vm web:2 -m "nginx set up" --change \'CMD ["nginx", "-g", "daemon off;"]\'',
  ],
  flags: {
    ...namespaceFlags,
    author: { type: 'string', short: 'a', value: 'NAME', help: 'author of the image' },
    message: { type: 'string', short: 'm', value: 'TEXT', help: 'commit message' },
    change: {
      type: 'list',
      short: 'c',
      value: 'INSTRUCTION',
      help: 'apply a Dockerfile instruction: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER or WORKDIR',
    },
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const [vm = '', reference = ''] = args;
    const author = flags.text('author');
    const message = flags.text('message');
    const request = {
      reference,
      config: parseInstructions(flags.list('change')),
      ...(author !== undefined && { author }),
      ...(message !== undefined && { message }),
    };
    const image = await withClient(invocation, ({ changes }, op) => changes.commit(vm, request, op));
    printDone(image, createdText('image', image), invocation);
    return 0;
  },
};
