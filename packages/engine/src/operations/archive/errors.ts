import type { HostResource } from '@ignite/api/v1/host-resources';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { shellWord } from '@ignite/toolkit/text/shell-word';
import { askText, grantText } from './resource-grant.ts';

export type ArchiveErrorCode = 'VM_ARCHIVE_INVALID' | 'IMPORT_NOT_ALLOWED';

export const archiveInvalid = (why: string, cause?: unknown): CodedError<ArchiveErrorCode> =>
  new CodedError('VM_ARCHIVE_INVALID', `not a VM archive: ${why}`, {
    hint: 'use a complete file that "ignite export" wrote; nothing was imported',
    cause,
  });

/** Each resource that the VM asks for is a cause, so that each is printed on a line of its own. */
export const importNotAllowed = (asked: readonly HostResource[]): CodedError<ArchiveErrorCode> =>
  new CodedError('IMPORT_NOT_ALLOWED', 'the archive asks for resources of this host that are not allowed', {
    hint: `nothing was imported; to allow them, import it with: ${asked.map(allowFlag).join(' ')}`,
    cause: new AggregateError(asked.map((resource) => new Error(`it asks for ${askText(resource)}`))),
  });

const allowFlag = (resource: HostResource): string => `--allow ${shellWord(grantText(resource))}`;
