import type { Condition } from '../object/condition.ts';
import type { Resource } from '../scheme/resource.ts';
import type { GitSourceObject, SyncObject } from './kinds.ts';
import { shortRevision } from './sync-status.ts';

const group = 'gitops.weave.works';

export const gitSourceResource = {
  group,
  kind: 'GitSource',
  plural: 'gitsources',
  shortNames: ['gs'],
  scope: 'Namespaced',
  subresources: ['status'],
  summary: ({ spec }) => spec.url,
  commands: { list: 'ignite get gitsources', remove: (name) => `ignite delete gitsource/${name}` },
  applyOrder: 0,
} satisfies Resource<GitSourceObject>;

export const syncResource = {
  group,
  kind: 'Sync',
  plural: 'syncs',
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [
    { title: 'SYNC', cell: ({ metadata }) => metadata.name },
    { title: 'READY', cell: (sync) => readyOf(sync)?.status ?? 'Unknown' },
    { title: 'REVISION', cell: ({ status }) => shortRevision(status.lastAppliedRevision ?? ''), leaves: 3 },
    { title: 'OBJECTS', cell: ({ status }) => String(status.objects.length), leaves: 2 },
    {
      title: 'SYNCED',
      cell: ({ status }) => String(status.objects.filter(({ state }) => state === 'Synced').length),
      leaves: 1,
    },
    { title: 'REASON', cell: (sync) => readyOf(sync)?.reason ?? '', leaves: 4 },
    { title: 'MESSAGE', cell: (sync) => readyOf(sync)?.message ?? 'not synced yet', flexible: true },
  ],
  readiness: (sync) => (readyOf(sync)?.status === 'True' ? 'True' : 'False'),
  summary: (sync) => {
    const { lastAppliedRevision: revision } = sync.status;
    return readyOf(sync)?.message ?? (revision === undefined ? 'not synced yet' : shortRevision(revision));
  },
  commands: { list: 'ignite get syncs', remove: (name) => `ignite delete sync/${name}` },
  applyOrder: 1,
} satisfies Resource<SyncObject>;

/** Returns the condition that says whether a Sync is as wanted. */
export const readyOf = ({ status: { conditions } }: SyncObject): Condition | undefined =>
  conditions.find(({ type }) => type === 'Ready');
