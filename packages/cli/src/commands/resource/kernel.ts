import type { Kernel } from '@ignite/api/v1/kernel';
import { kernelResource } from '@ignite/api/v1/resources/kernel';
import { shownName } from '@ignite/api/v1/shown-name';
import { archFlags, archOf } from '../../arguments/arch-flags.ts';
import type { Command } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';
import { createdText, printDone } from '../../render/message/done.ts';
import { outputFlags } from '../../render/objects.ts';
import { type FilterKeys, filterFlag } from '../objects/object-filter.ts';
import { printFiltered } from '../objects/print-filtered.ts';
import { removeObjects } from '../objects/remove-objects.ts';
import { importFlags, importRequestOf } from './import-request.ts';

const filterKeys: FilterKeys<Kernel> = {
  name: shownName,
  version: (kernel) => kernel.status.version,
  arch: (kernel) => kernel.status.arch,
};

export const kernels: Command = {
  name: 'kernels',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List kernels',
  examples: [
    'ignite kernels',
    'ignite kernels -o wide',
    "ignite kernels --filter name=~cloud --format '{{.Name}} {{.Status.OCISource.Size}}'",
  ],
  flags: { filter: filterFlag('name=, version=, arch='), ...outputFlags },
  run: async (invocation) =>
    await printFiltered(
      { list: (client, signal) => client.kernels.list(signal), columns: kernelResource.columns, filterKeys },
      invocation,
    ),
};

export const kernelImport: Command = {
  name: 'kernel import',
  arguments: 'IMAGE',
  arity: { least: 1, most: 1 },
  summary: 'Import a kernel from an image with /boot/vmlinux and /lib/modules',
  examples: ['ignite kernel import weaveworks/ignite-kernel:5.10.51'],
  flags: importFlags,
  run: async (invocation) => {
    const request = await importRequestOf(invocation);
    const kernel = await withClient(invocation, (client, op) =>
      client.kernels.import(invocation.args[0]!, request, op),
    );
    printDone(kernel, createdText('kernel', kernel), invocation);
    return 0;
  },
};

export const kernelBuild: Command = {
  name: 'kernel build',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: "Build the default kernel from Debian's latest cloud kernel package",
  examples: ['ignite kernel build', 'ignite kernel build --arch arm64'],
  flags: archFlags,
  run: async (invocation) => {
    const kernel = await withClient(invocation, (client, op) =>
      client.kernels.build(archOf(invocation.flags), op),
    );
    printDone(kernel, createdText('kernel', kernel), invocation);
    return 0;
  },
};

export const kernelRemove: Command = {
  name: 'kernel rm',
  arguments: 'KERNEL...',
  arity: { least: 1, most: Infinity },
  summary: 'Remove kernels',
  examples: ['ignite rmk linux-image-cloud-amd64'],
  flags: { force: { type: 'boolean', short: 'f', help: 'also remove the VMs that use them' } },
  run: async (invocation) => await removeObjects(invocation, 'Kernel', (client) => client.kernels),
};
