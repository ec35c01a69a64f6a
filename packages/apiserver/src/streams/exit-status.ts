import type { Status } from '../response/status.ts';

/** Pure. Returns what a client is told of a command that has ended (Kubernetes: remotecommand `NonZeroExitCode`). */
export function exitStatus(code: number): Status {
  const common = { kind: 'Status', apiVersion: 'v1', metadata: {} } as const;
  if (code === 0) return { ...common, status: 'Success' };
  return {
    ...common,
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}
