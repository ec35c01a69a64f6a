import type { Status } from '../response/status.ts';

const failure = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const;

/** What a webhook says of a write that it refuses. */
export interface Refusal {
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly details?: Status['details'] | undefined;
}

/** Pure. Returns what the author of a write is told that a webhook refuses. */
export function refusedStatus(webhook: string, { code = 0, reason, message, details }: Refusal): Status {
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const why = message || reason;
  return {
    ...failure,
    message: why ? `${denied}: ${why}` : `${denied} without explanation`,
    ...(reason && { reason }),
    ...(details && { details }),
    code: Math.max(code, 400),
  };
}

/** Pure. Returns what the author of a write is told about which a webhook cannot be asked. */
export function uncallableStatus(webhook: string, why: string): Status {
  const message = `failed calling webhook ${JSON.stringify(webhook)}: ${why}`;
  return {
    ...failure,
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}

/** Pure. Returns what is told of a dry run of which a webhook must not be asked. */
export const notDryStatus = (webhook: string): Status => ({
  ...failure,
  message: `admission webhook ${JSON.stringify(webhook)} does not support dry run`,
  reason: 'BadRequest',
  code: 400,
});
