import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type GuestErrorCode = 'COPY_FAILED';

export const copyFailed = (why: string, cause?: unknown): CodedError<GuestErrorCode> =>
  new CodedError('COPY_FAILED', `the copy failed: ${why}`, {
    hint: 'look at both paths; what was copied before is still there',
    cause,
  });
