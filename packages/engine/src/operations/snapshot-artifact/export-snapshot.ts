import type { Writable } from 'node:stream';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { ExportSnapshotRequest } from '@ignite/api/client/snapshot-client';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { shownName } from '@ignite/api/v1/shown-name';
import { layoutDir } from '../../tools/host/paths.ts';
import { transferFailed } from '../../tools/oci/errors.ts';
import { layoutTag } from '../../tools/oci/import-image.ts';
import { lockLayout } from '../../tools/oci/layout-lock.ts';
import { copyImageOut } from '../../tools/oci/skopeo.ts';
import { writeTar } from '../../tools/oci/tar.ts';
import { listImages } from '../../tools/store/list-objects.ts';
import { snapshotUnfit } from '../../vm/errors.ts';
import type { ContentPorts } from '../archive/sent-content.ts';
import { openTransfer } from './open-transfer.ts';
import { artifactTags, packArtifact } from './pack-artifact.ts';

/** Writes a snapshot and its image to one archive: an OCI layout in which both have a tag. */
export async function exportSnapshot(
  snapshot: Snapshot,
  request: ExportSnapshotRequest,
  output: Writable,
  host: ContentPorts,
  op: ClientOperation,
): Promise<void> {
  const { signal, report } = op;
  const { name } = snapshot.metadata;
  await using work = await openTransfer('snapshot-out', host.paths, op);
  const { layout } = await packArtifact(snapshot, request, work.path, host, op);
  {
    using _layout = await lockLayout(host.paths, signal);
    const { digest } = snapshot.status.image;
    const image = (await listImages(host.objects)).find(({ status }) => status.digest === digest);
    if (!image) throw snapshotUnfit(name, 'its image was removed meanwhile');
    report({ kind: 'step', message: `Adding ${image.spec.oci}` });
    const from = { layout: layoutDir(host.paths), tag: layoutTag(shownName(image)) };
    await copyImageOut(
      { ...from, destination: `oci:${layout}:${artifactTags.image}` },
      host.runner,
      signal,
    ).catch((failure: unknown) => {
      throw transferFailed(`export snapshot "${name}" with image "${image.spec.oci}"`, failure);
    });
  }
  report({ kind: 'step', message: 'Writing the archive' });
  await writeTar(layout, output, signal);
}
