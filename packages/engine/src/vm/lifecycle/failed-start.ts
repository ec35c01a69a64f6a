import type { ClientOperation } from '@ignite/api/client/progress';
import { type StartRetry, type Vm, firstStartPauseMs } from '@ignite/api/v1/vm';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { vmFiles, vmRunFiles } from '../../tools/host/paths.ts';
import { isSaved } from '../observe/liveness.ts';
import { netnsName } from '../../tools/network/link/netns.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import { recordWrite } from '../steps/vm-events.ts';
import type { VmPorts } from '../vm-ports.ts';
import { reachGoal } from './reach-goal.ts';

const timeoutMs = 5 * 60_000;
const longestPauseMs = 5 * 60_000;

/**
 * Removes what a failed start has made. The VM itself, its disk, its saved state and the reason of the failure stay.
 * Never throws.
 */
export async function clearFailedStart(
  vm: Vm,
  cause: unknown,
  host: VmPorts,
  { report }: ClientOperation,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const goal = isSaved(vm, host.paths)
      ? ({ kind: 'suspended' } as const)
      : ({ kind: 'down', graceMs: 0 } as const);
    await reachGoal(vm, goal, host, { signal, report });
    await recordFailure(vm, cause, host);
  } catch (failure) {
    report({
      kind: 'warning',
      message: `${vm.metadata.name} could not be cleaned up, "ignite rm -f" removes the rest: ${String(failure)}`,
    });
  }
}

/** Keeps what a failed start has made for inspection. Controllers of declared VMs leave this VM alone. */
export async function keepFailedStart(
  vm: Vm,
  cause: unknown,
  host: VmPorts,
  op: ClientOperation,
): Promise<void> {
  const { name, uid } = vm.metadata;
  await recordFailure(vm, cause, host);
  const kept = [vmFiles(host.paths, uid).dir, vmRunFiles(host.paths, uid).dir].join(', ');
  op.report({
    kind: 'warning',
    message: `resources of the failed start are kept: network namespace ${netnsName(uid)}, ${kept}; "ignite stop ${name}" removes them`,
  });
}

/** Pure. Returns when a start that has failed is tried again, given the same of the failure before it. */
function retryAfter(before: StartRetry | undefined, nowMs: number): StartRetry {
  const pauseMs = before === undefined ? firstStartPauseMs : Math.min(before.pauseMs * 2, longestPauseMs);
  return { pauseMs, nextTime: new Date(nowMs + pauseMs).toISOString() };
}

async function recordFailure(vm: Vm, cause: unknown, host: VmPorts): Promise<void> {
  const message = errorText(cause);
  const startRetry = retryAfter(vm.status.startRetry, host.clock.now());
  const failed = await changeVmStatus(host.objects, vm, ({ status }) => ({
    ...status,
    phase: isSaved(vm, host.paths) ? 'Suspended' : 'Failed',
    message,
    startRetry,
  }));
  await recordWrite(failed, { type: 'Warning', reason: 'StartFailed', message }, host);
}
