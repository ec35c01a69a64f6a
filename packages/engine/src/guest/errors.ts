import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type GuestErrorCode = 'COPY_FAILED';

export const copyFailed = (why: string, cause?: unknown): CodedError<GuestErrorCode> =>
  new CodedError('COPY_FAILED', `the copy failed: ${why}`, {
    hint: 'look at both paths; of a copy out of a VM that broke off, nothing was put in place',
    cause,
  });
