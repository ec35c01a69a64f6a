import type { VmStatus } from '@ignite/api/v1/vm';

/** Pure. Returns the status without what is only true of running VMs. */
export function stoppedStatus({ startRetry: _retry, ...status }: VmStatus, nowMs: number): VmStatus {
  return {
    ...betweenLives(status),
    phase: status.phase === 'Created' ? 'Created' : 'Stopped',
    finishTime: status.finishTime ?? new Date(nowMs).toISOString(),
  };
}

/** Pure. Returns the status of a VM whose guest is saved. What was booted, and what is to change at the next boot, stays. */
export function suspendedStatus({
  startTime: _start,
  readyTime: _ready,
  startRetry: _retry,
  message: _message,
  ...status
}: VmStatus): VmStatus {
  return { ...status, phase: 'Suspended' };
}

/** Pure. Returns the status without what began with the last start and ended with it. */
export function betweenLives({
  startTime: _start,
  pending: _pending,
  booted: _booted,
  memory: _memory,
  readyTime: _ready,
  bootstrap: _told,
  ...status
}: VmStatus): VmStatus {
  return status;
}
