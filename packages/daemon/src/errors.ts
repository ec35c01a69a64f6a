import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type DaemonErrorCode = 'USAGE_INVALID' | 'GITOPS_RUNNING' | 'AUDIT_POLICY_INVALID';

export const optionInvalid = (what: string, hint: string): CodedError<DaemonErrorCode> =>
  new CodedError('USAGE_INVALID', what, { hint });

export const alreadyRunning = (): CodedError<DaemonErrorCode> =>
  new CodedError('GITOPS_RUNNING', 'another process is already keeping this host in sync', {
    hint: 'stop it first; for several sources, run one process and declare each source as a GitSource and a Sync',
  });

export const auditPolicyInvalid = (path: string, problem: string): CodedError<DaemonErrorCode> =>
  new CodedError('AUDIT_POLICY_INVALID', `the audit policy ${path} cannot be used: ${problem}`, {
    hint: 'see "Audit log" in docs/kubernetes-api.md for what a policy says',
  });
