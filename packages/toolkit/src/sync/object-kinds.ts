import { objectKind } from '../scheme/object-kind.ts';
import { completeSpec } from '../store/complete-spec.ts';
import {
  type GitSourceObject,
  type SyncObject,
  type SyncStatus,
  gitSourceSpecSchema,
  gitopsApiVersion,
  initialSyncStatus,
  syncSpecSchema,
} from './kinds.ts';
import { gitSourceResource, syncResource } from './resources.ts';

const completeSyncSpec = completeSpec(syncSpecSchema);

export const gitSourceKind = objectKind<GitSourceObject>(
  gitSourceResource,
  gitopsApiVersion,
  completeSpec(gitSourceSpecSchema),
);
export const syncKind = objectKind<SyncObject>(syncResource, gitopsApiVersion, (stored) => ({
  ...completeSyncSpec(stored),
  status: { ...initialSyncStatus, ...(stored.status as Partial<SyncStatus> | undefined) },
}));
