import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { clockReport } from '../../tools/guest/lost-clocks.ts';
import { vmFiles } from '../../tools/host/paths.ts';
import { readTail } from '../../tools/host/read-tail.ts';
import { clockLost } from '../errors.ts';
import type { VmPorts } from '../vm-ports.ts';

const pollMs = 50;
/**
 * The time limit. A guest that has not reached its init by then has another problem, which whoever waits for
 * the guest will notice.
 */
const longestMs = 180_000;

/**
 * Waits until a guest's init has found that its clock ticks, or until its VMM has ended for another reason.
 * @throws CodedError CLOCK_LOST if the guest has ended because its clock does not tick
 */
export async function untilClockTicks(
  { metadata: { uid, name } }: Vm,
  { paths, sandbox, clock }: Pick<VmPorts, 'paths' | 'sandbox' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  const { exitStatus } = vmFiles(paths, uid);
  const began = clock.now();
  for (; clock.now() - began < longestMs; await delay(pollMs, undefined, { signal })) {
    const isRunning = (await sandbox.observe(uid)).state === 'running';
    const report = clockReport(await readTail(exitStatus));
    if (report.kind === 'lost' && !isRunning) throw clockLost(name, report.times);
    if (report.kind === 'ticks' || !isRunning) return;
  }
}
