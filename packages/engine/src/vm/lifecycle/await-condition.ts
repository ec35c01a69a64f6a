import { setTimeout as delay } from 'node:timers/promises';
import type { Finder } from '@ignite/api/client/finder';
import type { MetCondition, VmCondition } from '@ignite/api/client/vm-condition';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Milliseconds } from '@ignite/toolkit/units/duration';
import { speaksSsh } from '../../guest/ssh-ready.ts';
import { waitTimedOut } from '../errors.ts';
import type { VmHost } from '../vm-host.ts';
import { untilExited } from './await-vm.ts';

const pollMs = 100;
/** A timer of Node's can be set no further ahead. */
const longestMs = 2 ** 31 - 1;

type ConditionHost = VmHost & Pick<Finder<Vm>, 'find'>;

/**
 * Resolves with the first of the conditions that holds of a VM, whatever its name becomes meanwhile.
 * @throws CodedError WAIT_TIMEOUT, VM_NOT_FOUND unless its removal is one of them
 */
export async function untilCondition(
  query: string,
  {
    conditions,
    timeoutMs = longestMs,
  }: { readonly conditions: readonly VmCondition[]; readonly timeoutMs?: number },
  host: ConditionHost,
  signal: AbortSignal,
): Promise<MetCondition> {
  const deadline = AbortSignal.timeout(Math.min(timeoutMs, longestMs));
  const met = new AbortController();
  const waiting = AbortSignal.any([signal, deadline, met.signal]);
  try {
    const { uid } = (await host.find(query, waiting)).metadata;
    const others = conditions.filter((each) => each !== 'stopped');
    return await Promise.race([
      ...(conditions.includes('stopped') ? [untilStopped(uid, host, waiting)] : []),
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

/** One that someone is just starting has not ended; one that its policy is starting has. */
async function untilStopped(uid: string, host: ConditionHost, signal: AbortSignal): Promise<MetCondition> {
  let vm = await host.find(uid, signal);
  for (; vm.status.phase === 'Starting' && !vm.status.restarts; vm = await host.find(uid, signal))
    await delay(pollMs, undefined, { signal });
  return { condition: 'stopped', vm: await untilExited(vm, host, signal) };
}

async function untilSeen(
  uid: string,
  conditions: readonly Exclude<VmCondition, 'stopped'>[],
  host: ConditionHost,
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
  paused: ({ status }) => status.phase === 'Paused',
  failed: ({ status }) => status.phase === 'Failed',
  ready: async ({ status }, signal) => {
    const [address] = status.network?.ipAddresses ?? [];
    return status.phase === 'Running' && address !== undefined && (await speaksSsh(address, signal));
  },
};
