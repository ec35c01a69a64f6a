import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type UsageErrorCode = 'USAGE_INVALID';

/** An invalid command line, which is refused before anything is done. */
export function usageError(what: string, hint: string): CodedError<UsageErrorCode> {
  return new CodedError('USAGE_INVALID', what, { hint });
}
