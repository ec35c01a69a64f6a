import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type GuestErrorCode = 'COPY_FAILED';

export const copyFailed = (why: string, cause?: unknown): CodedError<GuestErrorCode> =>
  new CodedError('COPY_FAILED', `the copy failed: ${why}`, {
    hint: 'check both paths; nothing is left of an interrupted copy out of a VM',
    cause,
  });
