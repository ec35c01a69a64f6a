import { rm } from 'node:fs/promises';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { snapshotDir } from '../../tools/host/paths.ts';
import { snapshotsIn } from '../../tools/store/kind-clients.ts';
import { lockSnapshot } from './place-snapshot.ts';
import type { VmPorts } from '../vm-ports.ts';

/** Removes a snapshot once nobody makes a VM of it. The VMs that were made of it have copies of what they need. */
export async function removeSnapshot(
  { metadata }: Snapshot,
  host: Pick<VmPorts, 'paths' | 'objects'>,
  signal: AbortSignal,
): Promise<void> {
  using _lock = await lockSnapshot(metadata.uid, host, signal);
  const snapshots = snapshotsIn(host.objects);
  const leaving = await snapshots.delete(metadata);
  await rm(snapshotDir(host.paths, metadata.uid), { recursive: true, force: true });
  if (leaving)
    await snapshots.modify(metadata, (now) => ({ ...now, metadata: { ...now.metadata, finalizers: [] } }), {
      known: leaving,
    });
}
