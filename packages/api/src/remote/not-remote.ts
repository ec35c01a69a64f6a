import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type RemoteErrorCode = 'NOT_REMOTE';

/** What can only be done on the host itself. */
export const notRemote = (what: string, hint = 'log in to the host and run the command there'): CodedError =>
  new CodedError<RemoteErrorCode>('NOT_REMOTE', `${what} does not work on another host`, { hint });
