import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type SandboxErrorCode = 'SANDBOX_FAILED' | 'RUNTIME_UNUSABLE' | 'SANDBOX_ENV_INVALID';

export const sandboxFailed = (said: string, cause?: unknown): CodedError<SandboxErrorCode> =>
  new CodedError('SANDBOX_FAILED', `the VMM could not be started in its sandbox: ${said}`, {
    hint: 'check the host with "ignite doctor"',
    cause,
  });

export const runtimeUnusable = (tried: string): CodedError<SandboxErrorCode> =>
  new CodedError('RUNTIME_UNUSABLE', `no OCI runtime works on this host: ${tried}`, {
    hint: 'install runc or crun: "ignite doctor --fix"',
  });

export const sandboxEnvInvalid = (annotation: string): CodedError<SandboxErrorCode> =>
  new CodedError(
    'SANDBOX_ENV_INVALID',
    `annotation ${JSON.stringify(annotation)} does not name an environment variable`,
    {
      hint: 'use ignite.weave.works/sandbox-env/NAME: value, where NAME has only letters, digits and "_"',
    },
  );
