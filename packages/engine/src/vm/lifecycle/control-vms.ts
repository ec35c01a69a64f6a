import type { Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import type { Outcome } from './outcome.ts';
import type { Clock } from '@ignite/toolkit/clock/clock';
import {
  type ControllerObserver,
  type ReconcileResult,
  runController,
} from '@ignite/toolkit/controller/controller';
import { type Informer, informerKey } from '@ignite/toolkit/controller/informer';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';

/** The number of VMs that are worked on at once. A VM whose image is being fetched counts too. */
const concurrency = 4;
/**
 * The time in which whoever has written a wish, or has let go of a VM, may go on with it, as commands do that
 * consist of several steps.
 */
const leewayMs = 1_000;
/** The time after which a VM is looked at again that somebody else is at work on. */
const busyMs = 500;
/** The time after which a VM that is up is looked at although nothing was heard of it. */
const resyncMs = 5 * 60_000;

export interface VmControllerOptions {
  readonly vms: Pick<Informer<Vm>, 'get' | 'onChange'>;
  /** Tells whether a VM belongs to this host. */
  readonly isOwn: (vm: Vm) => boolean;
  /** Tells whether somebody is at work on a VM. */
  readonly isBusy: (uid: string) => boolean;
  /** Makes a VM what its object says. Resolves with `undefined` while somebody else is at work on the VM. */
  readonly reconcile: (uid: string, signal: AbortSignal) => Promise<Outcome | undefined>;
  /** Records when what runs in a VM that was started here can be used. */
  readonly recordWhenReady: (vm: Vm, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

/** Reconciles the VMs of this host whenever one changes, and when its restart or another start is due, until `signal` aborts. */
export async function controlVms(options: VmControllerOptions, signal: AbortSignal): Promise<void> {
  const { vms, isOwn, isBusy, clock, log, observer } = options;
  const queue = new WorkQueue(clock);
  const seen = new Map<string, string>();
  const busy = new Set<string>();
  vms.onChange((vm, isGone) => {
    const [key, news] = [informerKey(vm), newsOf(vm)];
    if (isGone) seen.delete(key);
    else if (isOwn(vm) && seen.get(key) !== news) {
      seen.set(key, news);
      queue.addAfter(key, untilLookMs(vm, clock.now()));
    }
  });
  await runController(
    {
      name: 'vm',
      queue,
      concurrency,
      clock,
      log,
      reconcile: async (key, until) => {
        const vm = vms.get(key);
        if (vm && isBusy(vm.metadata.uid)) {
          busy.add(key);
          return { requeueAfterMs: busyMs };
        }
        return busy.delete(key) ? { requeueAfterMs: leewayMs } : await reconcileOne(vm, options, until);
      },
      ...(observer && { observer }),
    },
    signal,
  );
}

async function reconcileOne(
  vm: Vm | undefined,
  options: VmControllerOptions,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { reconcile, log } = options;
  if (!vm) return {};
  try {
    const outcome = await reconcile(vm.metadata.uid, signal);
    if (!outcome) return { requeueAfterMs: busyMs };
    const { failure, requeueAfterMs = resyncMs } = outcome;
    if (failure !== undefined)
      log('warning', 'VM not started', { vm: vm.metadata.name, error: errorText(failure) });
    if (!hasVmm(vm) && hasVmm(outcome.vm)) void followStart(outcome.vm, options, signal);
    return hasVmm(outcome.vm) || outcome.requeueAfterMs !== undefined ? { requeueAfterMs } : {};
  } catch (failure) {
    if (hasCode(failure, 'VM_NOT_FOUND')) return {};
    throw failure;
  }
}

/** Never rejects: a VM that cannot be used yet may be mended from within. */
async function followStart(
  vm: Vm,
  { recordWhenReady, log }: VmControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await recordWhenReady(vm, signal);
  } catch (failure) {
    if (!signal.aborted) log('warning', 'VM not ready', { vm: vm.metadata.name, error: errorText(failure) });
  }
}

/** Pure. Returns what of a VM makes a difference to its controller. */
function newsOf({ metadata, status }: Vm): string {
  const { uid, generation, annotations, deletionTimestamp } = metadata;
  const { phase, restarts, startRetry } = status;
  const times = [restarts?.nextTime, startRetry?.nextTime];
  return JSON.stringify([uid, generation, annotations, deletionTimestamp, phase, ...times]);
}

/** Pure. Returns when a VM that has changed is looked at, in milliseconds from now. No command goes on with what a controller wishes. */
function untilLookMs({ metadata, status: { phase, restarts } }: Vm, nowMs: number): number {
  const due = phase === 'Restarting' ? Date.parse(restarts?.nextTime ?? '') : NaN;
  if (!Number.isNaN(due)) return Math.max(0, due - nowMs);
  return metadata.ownerReferences?.some(({ controller }) => controller) ? 0 : leewayMs;
}
