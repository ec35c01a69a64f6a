import type { Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import { group } from '../group.ts';
import { shownName } from '../shown-name.ts';
import type { Image } from '../image.ts';

export const imageResource = {
  group,
  kind: 'Image',
  plural: 'images',
  shortNames: ['img'],
  scope: 'Cluster',
  subresources: ['status'],
  columns: [
    { title: 'IMAGE ID', cell: (image) => image.metadata.uid, leaves: 3 },
    { title: 'NAME', cell: shownName, flexible: true },
    { title: 'CREATED', cell: (image, nowMs) => age(image.metadata.creationTimestamp, nowMs), leaves: 1 },
    { title: 'SIZE', cell: (image) => humanBytes(image.status.size), leaves: 2 },
    { title: 'PLATFORM', cell: (image) => image.status.platform, wide: true },
    { title: 'BOOT', cell: (image) => image.status.bootMode, wide: true },
    { title: 'DIGEST', cell: (image) => image.status.digest, wide: true },
  ],
  commands: { list: 'ignite images', remove: (name) => `ignite rmi ${name}` },
} satisfies Resource<Image>;
