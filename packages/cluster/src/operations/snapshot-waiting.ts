import type { SnapshotClient } from '@ignite/api/client/snapshot-client';
import type { Waiting } from './await-cluster.ts';

/** How a command waits for a cluster of whose VMs it takes snapshots. */
export interface SnapshotWaiting extends Waiting {
  readonly snapshots: Pick<SnapshotClient, 'list' | 'create' | 'rollback' | 'remove'>;
}
