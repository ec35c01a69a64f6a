import { shownName } from '@ignite/api/v1/shown-name';
import type { Command } from '../../arguments/command.ts';
import { maxSizeFlag, maxSizeOf } from '../../arguments/max-size-flag.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { registryConfig, registryFlags } from '../../configuration.ts';
import { withClient } from '../../context.ts';
import { writeArchive } from '../../files/archive-output.ts';
import { openInput } from '../../files/open-input.ts';
import { printDone } from '../../render/message/done.ts';

const archiveFormats = ['oci', 'docker'] as const;

export const save: Command = {
  name: 'save',
  arguments: 'IMAGE...',
  arity: { least: 1, most: Infinity },
  summary: 'Save images to a tar archive',
  examples: ['ignite save debian:12 -o debian.tar', 'ignite save --format docker my-image | docker load'],
  flags: {
    output: { type: 'string', short: 'o', value: 'FILE', default: 'standard output', help: 'output file' },
    format: {
      type: 'string',
      value: 'FORMAT',
      values: archiveFormats,
      default: 'oci',
      help: 'archive format: oci for an OCI layout, docker for older versions of "docker load" (one image only)',
    },
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const format = flags.choice('format', archiveFormats) ?? 'oci';
    if (format === 'docker' && args.length > 1)
      throw usageError('--format docker: the archive can contain only one image', 'use --format oci');
    const file = flags.text('output');
    await withClient(invocation, async ({ images }, op) =>
      writeArchive(file, (output) => images.save(args, { format, output }, op)),
    );
    return 0;
  },
};

export const load: Command = {
  name: 'load',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Load images from a tar archive',
  examples: ['ignite load -i debian.tar', 'docker save alpine:3 | ignite load'],
  flags: {
    input: { type: 'string', short: 'i', value: 'FILE', default: 'standard input', help: 'input file' },
    ...maxSizeFlag,
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const request = maxSizeOf(flags);
    const input = await openInput(flags.text('input') ?? '-');
    const loaded = await withClient(invocation, ({ images }, op) => images.load(input, request, op));
    for (const image of loaded)
      printDone(image, `Loaded image "${shownName(image)}" with ID "${image.metadata.uid}"`, invocation);
    return 0;
  },
};

export const tag: Command = {
  name: 'tag',
  arguments: 'IMAGE TARGET',
  arity: { least: 2, most: 2 },
  summary: 'Give an image another name',
  details: [
    'Both names are of the same image; "ignite rmi" removes one name, and the image with the last. If another image has the name TARGET, it loses it; if VMs use that image, it is called by its digest from then on.',
  ],
  examples: ['ignite tag web:2 web:latest', 'ignite tag my-image registry.example.org/web:2'],
  flags: {},
  run: async (invocation) => {
    const [image, target] = invocation.args;
    const tagged = await withClient(invocation, ({ images }, op) => images.tag(image!, target!, op));
    printDone(tagged, `Tagged image "${image}" as "${shownName(tagged)}"`, invocation);
    return 0;
  },
};

export const push: Command = {
  name: 'push',
  arguments: 'IMAGE [DESTINATION]',
  arity: { least: 1, most: 2 },
  summary: 'Push an image to a registry',
  examples: ['ignite push registry.example.org/web:2', 'ignite push web registry.example.org/web:2'],
  flags: registryFlags,
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    const [image, destination] = args;
    const request = {
      ...(destination !== undefined && { destination }),
      ...(await registryConfig(invocation)),
    };
    const pushed = await withClient(invocation, ({ images }, op) => images.push(image!, request, op));
    io.out.write(flags.isSet('quiet') ? `${pushed.digest}\n` : `Pushed ${pushed.name}@${pushed.digest}\n`);
    return 0;
  },
};
