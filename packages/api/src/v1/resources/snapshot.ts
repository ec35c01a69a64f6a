import type { Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { group } from '../group.ts';
import { fullName } from '../shown-name.ts';
import type { Snapshot } from '../snapshot.ts';

export const snapshotResource = {
  group,
  kind: 'Snapshot',
  plural: 'snapshots',
  shortNames: ['snap'],
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [
    { title: 'SNAPSHOT ID', cell: ({ metadata }) => metadata.uid, leaves: 3 },
    { title: 'NAME', cell: (snapshot) => fullName(snapshot), flexible: true },
    { title: 'CREATED', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs), leaves: 1 },
    { title: 'VM', cell: ({ spec }) => spec.vmName, flexible: true },
    { title: 'HOLDS', cell: ({ status }) => status.holds.toLowerCase(), leaves: 4 },
    { title: 'SIZE', cell: ({ status }) => humanBytes(bytes(status.size)), leaves: 2 },
  ],
  summary: ({ spec, status }) => `${status.holds.toLowerCase()} of VM "${spec.vmName}"`,
  commands: { list: 'ignite snapshot ls', remove: (name) => `ignite snapshot rm ${name}` },
  applyOrder: 2,
} satisfies Resource<Snapshot>;
