import { vmKind } from '@ignite/api/v1/object-kinds';
import { setTimeout as delay } from 'node:timers/promises';
import type { Finder } from '@ignite/api/client/finder';
import type { MetCondition, VmCondition } from '@ignite/api/client/vm-condition';
import type { Vm } from '@ignite/api/v1/vm';
import type { VmPhase } from '@ignite/api/v1/vm-phase';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Milliseconds } from '@ignite/toolkit/units/duration';
import { speaksSsh } from '../../tools/guest/ssh-ready.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { waitTimedOut } from '../errors.ts';
import type { VmPorts } from '../vm-ports.ts';
import { untilExited } from './await-vm.ts';

const pollMs = 100;
/** The longest delay of a timer in Node. */
const longestMs = 2 ** 31 - 1;

type ConditionPorts = VmPorts & Pick<Finder<Vm>, 'find'>;

/**
 * Resolves with the first condition of a VM that holds, even if the VM is renamed meanwhile.
 * @throws CodedError WAIT_TIMEOUT, VM_NOT_FOUND unless the VM's removal is one of the conditions
 */
export async function untilCondition(
  query: string,
  {
    conditions,
    timeoutMs = longestMs,
  }: { readonly conditions: readonly VmCondition[]; readonly timeoutMs?: number },
  host: ConditionPorts,
  signal: AbortSignal,
): Promise<MetCondition> {
  const deadline = AbortSignal.timeout(Math.min(timeoutMs, longestMs));
  const met = new AbortController();
  const waiting = AbortSignal.any([signal, deadline, met.signal]);
  try {
    const { resourceVersion: revision } = await host.objects.list(vmKind, { limit: 1 });
    const { uid } = (await host.find(query, waiting)).metadata;
    const others = conditions.filter((each) => each !== 'stopped');
    return await Promise.race([
      ...(conditions.includes('stopped') ? [untilStopped({ uid, revision }, host, waiting)] : []),
      ...(others.length > 0 ? [untilSeen(uid, others, host, waiting)] : []),
    ]);
  } catch (failure) {
    if (conditions.includes('removed') && hasCode(failure, 'VM_NOT_FOUND')) return { condition: 'removed' };
    if (deadline.aborted && !signal.aborted) throw waitTimedOut(query, conditions, timeoutMs as Milliseconds);
    throw failure;
  } finally {
    met.abort();
  }
}

/**
 * Waits until a VM has stopped. A VM that was removed before its end was seen is reported in its last state.
 */
async function untilStopped(
  { uid, revision }: { readonly uid: string; readonly revision: string },
  host: ConditionPorts,
  signal: AbortSignal,
): Promise<MetCondition> {
  try {
    return await untilSeenStopped(uid, host, signal);
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
    const last = await lastOf(uid, revision, host, signal);
    if (!last || !endedPhases.includes(last.status.phase)) throw failure;
    return { condition: 'stopped', vm: last };
  }
}

const endedPhases: readonly VmPhase[] = ['Stopping', 'Stopped', 'Restarting'];

/**
 * Returns the last state of a VM that was removed after `revision`, from the store's log of changes, or `undefined` if the log does not
 * reach back so far.
 */
async function lastOf(
  uid: string,
  revision: string,
  { objects }: ConditionPorts,
  signal: AbortSignal,
): Promise<Vm | undefined> {
  try {
    for await (const event of vmsIn(objects).watch({ resourceVersion: revision, signal }))
      if (event.type === 'DELETED' && event.object.metadata.uid === uid && !isRenamed(event.object))
        return event.object;
  } catch (failure) {
    if (!hasCode(failure, 'REVISION_TOO_OLD')) throw failure;
  }
  return undefined;
}

/**
 * A rename deletes the old name in the log of changes. A VM that is really removed has first been marked as
 * being deleted.
 */
const isRenamed = ({ metadata }: Vm): boolean => metadata.deletionTimestamp === undefined;

/**
 * Waits until a VM is seen to have stopped. A VM that somebody is starting has not stopped; a VM that its
 * restart policy is starting has.
 */
async function untilSeenStopped(
  uid: string,
  host: ConditionPorts,
  signal: AbortSignal,
): Promise<MetCondition> {
  let vm = await host.find(uid, signal);
  for (; vm.status.phase === 'Starting' && !vm.status.restarts; vm = await host.find(uid, signal))
    await delay(pollMs, undefined, { signal });
  return { condition: 'stopped', vm: await untilExited(vm, host, signal) };
}

async function untilSeen(
  uid: string,
  conditions: readonly Exclude<VmCondition, 'stopped'>[],
  host: ConditionPorts,
  signal: AbortSignal,
): Promise<MetCondition> {
  for (;;) {
    const vm = await host.find(uid, signal);
    for (const condition of conditions)
      if (condition !== 'removed' && (await holds[condition](vm, signal))) return { condition, vm };
    await delay(pollMs, undefined, { signal });
  }
}

const holds: Readonly<
  Record<
    Exclude<VmCondition, 'stopped' | 'removed'>,
    (vm: Vm, signal: AbortSignal) => boolean | Promise<boolean>
  >
> = {
  running: ({ status }) => status.phase === 'Running',
  suspended: ({ status }) => status.phase === 'Suspended',
  paused: ({ status }) => status.phase === 'Paused',
  failed: ({ status }) => status.phase === 'Failed',
  ready: async ({ status }, signal) => {
    const [address] = status.network?.ipAddresses ?? [];
    return status.phase === 'Running' && address !== undefined && (await speaksSsh(address, signal));
  },
};
