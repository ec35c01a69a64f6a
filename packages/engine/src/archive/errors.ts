import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type ArchiveErrorCode = 'VM_ARCHIVE_INVALID';

export const archiveInvalid = (why: string, cause?: unknown): CodedError<ArchiveErrorCode> =>
  new CodedError('VM_ARCHIVE_INVALID', `not an archive of a VM: ${why}`, {
    hint: 'give a file that "ignite export" wrote, whole; nothing was made of it',
    cause,
  });
