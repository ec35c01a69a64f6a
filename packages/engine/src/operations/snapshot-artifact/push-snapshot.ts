import type { ClientOperation } from '@ignite/api/client/progress';
import type { PushSnapshotRequest, PushedSnapshot } from '@ignite/api/client/snapshot-client';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { pushFromLayout } from '../../tools/oci/push-image.ts';
import { familiarName, parseReference } from '../../tools/oci/reference.ts';
import type { ContentPorts } from '../archive/sent-content.ts';
import { packArtifact } from './pack-artifact.ts';
import { authPrefixOf, openTransfer } from './open-transfer.ts';

/** Pushes a snapshot to a registry as an OCI artifact. Its image is not part of it, and is named by its digest. */
export async function pushSnapshot(
  snapshot: Snapshot,
  destination: string,
  request: PushSnapshotRequest,
  host: ContentPorts,
  op: ClientOperation,
): Promise<PushedSnapshot> {
  const reference = parseReference(destination); // before anything is packed
  await using work = await openTransfer('snapshot-out', host.paths, op);
  const packed = await packArtifact(snapshot, request, work.path, host, op);
  const { wholeDisk: _whole, ...access } = request;
  op.report({ kind: 'step', message: `Pushing ${familiarName(reference)}` });
  const wanted = { ...access, reference, authPrefix: authPrefixOf('snapshot-out') };
  return await pushFromLayout(packed, wanted, host, op);
}
