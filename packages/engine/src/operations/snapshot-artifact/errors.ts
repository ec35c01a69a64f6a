import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';

export type SnapshotArtifactErrorCode = 'SNAPSHOT_ARTIFACT_INVALID' | 'SNAPSHOT_UNFIT';

export const artifactInvalid = (why: string, cause?: unknown): CodedError<SnapshotArtifactErrorCode> =>
  new CodedError('SNAPSHOT_ARTIFACT_INVALID', `not a snapshot that can be used here: ${why}`, {
    hint: 'use what "ignite snapshot push" or "ignite snapshot export" has written; nothing of it was kept',
    cause,
  });

export const artifactNewer = (version: number, known: number): CodedError<SnapshotArtifactErrorCode> =>
  new CodedError(
    'SNAPSHOT_ARTIFACT_INVALID',
    `the snapshot has format ${version}, and this Ignite knows format ${known}`,
    { hint: 'upgrade Ignite on this host; nothing of it was kept' },
  );

export const machineUnfit = (
  what: string,
  there: string,
  here: string,
): CodedError<SnapshotArtifactErrorCode> =>
  new CodedError(
    'SNAPSHOT_UNFIT',
    `the memory of the snapshot does not fit this host: its ${what} is ${there}, and here it is ${here}`,
    { hint: 'bring its disk alone with --disk-only; VMs that are made from it then boot' },
  );

export const baseDiskUnfit = (image: string): CodedError<SnapshotArtifactErrorCode> =>
  new CodedError(
    'SNAPSHOT_UNFIT',
    `the snapshot has only what differs from the disk of image "${image}", which is another one on this host`,
    {
      hint: 'push or export it again with --whole-disk; the disks of an image differ between versions of Ignite and of e2fsprogs',
    },
  );

export const imageNotHad = (image: string, cause: unknown): CodedError<SnapshotArtifactErrorCode> =>
  new CodedError('SNAPSHOT_UNFIT', `image "${image}" of the snapshot cannot be had: ${errorText(cause)}`, {
    hint: 'bring the image here first, for example with "ignite save" there and "ignite load" here, or use "ignite snapshot export", which adds it',
    cause,
  });
