import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type DaemonErrorCode = 'USAGE_INVALID' | 'GITOPS_RUNNING';

export const optionInvalid = (what: string, hint: string): CodedError<DaemonErrorCode> =>
  new CodedError('USAGE_INVALID', what, { hint });

export const alreadyRunning = (): CodedError<DaemonErrorCode> =>
  new CodedError('GITOPS_RUNNING', 'another process is already keeping this host in sync', {
    hint: 'stop it first; for several sources, run one process and declare each source as a GitSource and a Sync',
  });
