import type { Image } from '@ignite/api/v1/image';
import { imageResource } from '@ignite/api/v1/resources/image';
import { shownName } from '@ignite/api/v1/shown-name';
import type { Command } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';
import { createdText, printDone } from '../../render/message/done.ts';
import { outputFlags } from '../../render/objects.ts';
import { type FilterKeys, filterFlag } from '../objects/object-filter.ts';
import { printFiltered } from '../objects/print-filtered.ts';
import { removeObjects } from '../objects/remove-objects.ts';
import { importFlags, importRequestOf } from './import-request.ts';

const filterKeys: FilterKeys<Image> = {
  name: shownName,
  platform: (image) => image.status.platform,
};

export const images: Command = {
  name: 'images',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List images',
  examples: [
    'ignite images',
    'ignite images -o wide',
    "ignite images --filter name=~deb --format '{{.Name}} {{.Status.OCISource.Size}}'",
  ],
  flags: { filter: filterFlag('name=, platform='), ...outputFlags },
  run: async (invocation) =>
    await printFiltered(
      { list: (client, signal) => client.images.list(signal), columns: imageResource.columns, filterKeys },
      invocation,
    ),
};

export const imageImport: Command = {
  name: 'image import',
  arguments: 'IMAGE',
  arity: { least: 1, most: 1 },
  summary: 'Pull an image from a registry, or import it from a daemon or a file',
  examples: [
    'ignite image import debian:12',
    'ignite image import oci-archive:./my-image.tar',
    'ignite image import docker-daemon:alpine:3',
    'ignite image import ./debian-12-genericcloud-amd64.qcow2',
    'ignite image import debian:12 --arch arm64',
  ],
  flags: importFlags,
  run: async (invocation) => {
    const request = await importRequestOf(invocation);
    const image = await withClient(invocation, (client, op) =>
      client.images.import(invocation.args[0]!, request, op),
    );
    printDone(image, createdText('image', image), invocation);
    return 0;
  },
};

export const imageRemove: Command = {
  name: 'image rm',
  arguments: 'IMAGE...',
  arity: { least: 1, most: Infinity },
  summary: 'Remove images',
  examples: ['ignite rmi debian:12', 'ignite rmi -f debian:12'],
  flags: { force: { type: 'boolean', short: 'f', help: 'also remove the VMs that use them' } },
  run: async (invocation) => await removeObjects(invocation, 'Image', (client) => client.images),
};
