import type { ClientOperation } from '@ignite/api/client/progress';
import type { PullSnapshotRequest } from '@ignite/api/client/snapshot-client';
import { type Reference, readReference } from '@ignite/api/v1/image-reference';
import type { Image } from '@ignite/api/v1/image';
import { parsePlatform } from '@ignite/api/v1/platform';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Rollback } from '@ignite/toolkit/async/rollback';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { bringArtifact } from '../../tools/oci/bring-artifact.ts';
import { importAndRecord, parseImportRequest } from '../../tools/oci/image-objects.ts';
import { familiarName, fullName } from '../../tools/oci/reference.ts';
import { listImages } from '../../tools/store/list-objects.ts';
import { type ContentPorts, forgetImage } from '../archive/sent-content.ts';
import { adoptArtifact } from './adopt-artifact.ts';
import { parseArtifactManifest } from './artifact-manifest.ts';
import { imageNotHad } from './errors.ts';
import { authPrefixOf, openTransfer } from './open-transfer.ts';
import type { SnapshotConfig } from './snapshot-config.ts';

/** Makes a snapshot of what a registry has under a reference. */
export async function pullSnapshot(
  reference: string,
  request: PullSnapshotRequest,
  host: ContentPorts,
  op: ClientOperation,
): Promise<Snapshot> {
  const { registryConfigDir, ...asked } = request;
  const credentials = registryConfigDir === undefined ? {} : { registryConfigDir };
  await using work = await openTransfer('snapshot-in', host.paths, op);
  const assertWanted = (manifest: unknown): void => void parseArtifactManifest(manifest);
  const asks = { dir: work.path, ...credentials, authPrefix: authPrefixOf('snapshot-in'), assertWanted };
  const artifact = await bringArtifact(reference, asks, host, op);
  const bringImage = async (image: SnapshotConfig['image'], undo: Rollback): Promise<Image> =>
    await pullSnapshotImage(image, credentials, undo, host, op);
  return await adoptArtifact({ artifact, dir: work.path, bringImage }, asked, host, op);
}

/**
 * Returns the image with the digest that a snapshot names, which is pulled unless it is here. A registry may have it in Docker's form,
 * which has another digest there, so it is asked for by its tag too.
 * @throws CodedError SNAPSHOT_UNFIT
 */
async function pullSnapshotImage(
  { reference, digest, platform }: SnapshotConfig['image'],
  credentials: { readonly registryConfigDir?: string },
  undo: Rollback,
  host: ContentPorts,
  op: ClientOperation,
): Promise<Image> {
  const images = await listImages(host.objects);
  const known = images.find(({ status }) => status.digest === digest);
  if (known) return known;
  const named = readReference(reference);
  if (!named) throw imageNotHad(reference, new Error('it is in no registry'));
  const { arch } = parsePlatform(platform);
  const pull = async (source: Reference): Promise<Image> => {
    const image = await importAndRecord(
      parseImportRequest(fullName(source), { arch, ...credentials }),
      host,
      host.objects,
      op,
    );
    undo.defer(() => forgetImage(image, host));
    return image;
  };
  const { tag: _tag, ...repository } = named;
  try {
    return await pull({ ...repository, digest });
  } catch (failure) {
    op.signal.throwIfAborted();
    // If this host has another image of that name, the name keeps referring to it.
    const isTaken = named.tag === undefined || images.some(({ spec }) => spec.oci === familiarName(named));
    if (!hasCode(failure, 'IMAGE_MISSING') || isTaken) throw imageNotHad(reference, failure);
  }
  const image = await pull(named).catch((failure: unknown) => {
    op.signal.throwIfAborted();
    throw imageNotHad(reference, failure);
  });
  if (image.status.digest !== digest)
    throw imageNotHad(
      reference,
      new Error(`its registry has another one under this name, and not ${digest}`),
    );
  return image;
}
