import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { BringSnapshotRequest } from '@ignite/api/client/snapshot-client';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { type CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { takeArtifact } from '../../tools/oci/bring-artifact.ts';
import { type ContentPorts, ensureArchived } from '../archive/sent-content.ts';
import { adoptArtifact } from './adopt-artifact.ts';
import { parseArtifactManifest } from './artifact-manifest.ts';
import { artifactInvalid } from './errors.ts';
import { openTransfer } from './open-transfer.ts';
import { artifactTags } from './pack-artifact.ts';

/** Makes a snapshot of an archive, which has its image too. */
export async function importSnapshot(
  archive: Readable,
  request: BringSnapshotRequest,
  host: ContentPorts,
  op: ClientOperation,
): Promise<Snapshot> {
  await using work = await openTransfer('snapshot-in', host.paths, op);
  const path = join(work.path, 'archive.tar');
  op.report({ kind: 'step', message: 'Reading the archive' });
  await pipeline(archive, createWriteStream(path, { mode: 0o600 }), { signal: op.signal });
  const taken = { path, tag: artifactTags.snapshot, name: 'the archive' };
  const assertWanted = (manifest: unknown): void => void parseArtifactManifest(manifest);
  const artifact = await takeArtifact(taken, { dir: work.path, assertWanted }, host, op).catch(
    (failure: unknown) => {
      throw isDamage(failure) ? artifactInvalid(errorText(failure), failure) : failure;
    },
  );
  return await adoptArtifact(
    {
      artifact,
      dir: work.path,
      bringImage: async (image, undo) =>
        await ensureArchived(
          image,
          `oci-archive:${path}:${artifactTags.image}`,
          artifactInvalid,
          undo,
          host,
          op,
        ),
    },
    request,
    host,
    op,
  );
}

/** Tells whether an archive is not what it should be, in the words in which that is told of images. */
const isDamage = (failure: unknown): failure is CodedError =>
  (['ARCHIVE_INVALID', 'IMAGE_CORRUPT', 'IMAGE_MISSING', 'IMAGE_NO_LAYERS', 'IMAGE_TOO_LARGE'] as const).some(
    (code) => hasCode(failure, code),
  );
