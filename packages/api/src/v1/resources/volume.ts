import type { Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import { group } from '../group.ts';
import { fullName } from '../shown-name.ts';
import type { Volume } from '../volume.ts';

export const volumeResource = {
  group,
  kind: 'Volume',
  plural: 'volumes',
  shortNames: ['vol'],
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [
    { title: 'VOLUME ID', cell: ({ metadata }) => metadata.uid, leaves: 3 },
    { title: 'NAME', cell: (volume) => fullName(volume), flexible: true },
    { title: 'CREATED', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs), leaves: 1 },
    { title: 'SIZE', cell: ({ spec }) => humanBytes(spec.size), leaves: 2 },
    { title: 'USED BY', cell: ({ status }) => status.usedBy.join(', '), flexible: true, leaves: 4 },
    { title: 'PATH', cell: ({ status }) => status.path, wide: true },
  ],
  summary: ({ status: { usedBy } }) => (usedBy.length === 0 ? 'not used' : `used by ${usedBy.join(', ')}`),
  commands: { list: 'ignite volume ls', remove: (name) => `ignite volume rm ${name}` },
  applyOrder: 2,
} satisfies Resource<Volume>;
