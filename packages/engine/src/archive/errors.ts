import type { HostResource } from '@ignite/api/v1/host-resources';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { shellQuote } from '../kernel/seed.ts';
import { askText, grantText } from './plan-import.ts';

export type ArchiveErrorCode = 'VM_ARCHIVE_INVALID' | 'IMPORT_NOT_ALLOWED';

export const archiveInvalid = (why: string, cause?: unknown): CodedError<ArchiveErrorCode> =>
  new CodedError('VM_ARCHIVE_INVALID', `not an archive of a VM: ${why}`, {
    hint: 'give a file that "ignite export" wrote, whole; nothing was made of it',
    cause,
  });

/** Each resource that the VM asks for is a cause, so that each is printed on a line of its own. */
export const importNotAllowed = (asked: readonly HostResource[]): CodedError<ArchiveErrorCode> =>
  new CodedError('IMPORT_NOT_ALLOWED', 'the archive wants of this host what it has not been allowed', {
    hint: `nothing was made of it; import it with what you mean to give: ${asked.map(allowFlag).join(' ')}`,
    cause: new AggregateError(asked.map((resource) => new Error(`it wants ${askText(resource)}`))),
  });

function allowFlag(resource: HostResource): string {
  const grant = grantText(resource);
  return `--allow ${/^[\w=.:/@+-]+$/.test(grant) ? grant : shellQuote(grant)}`;
}
