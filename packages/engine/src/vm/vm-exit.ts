import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { vmFiles } from '../host/paths.ts';
import { lastErrorLine } from '../sandbox/console-log.ts';
import { type VmExit, exitOf, parseGuestReports } from './exit-status.ts';
import type { VmHost } from './execute-step.ts';
import { readTail } from './read-tail.ts';

const pollMs = 10;
/** The monitor writes down how a program ended a moment after it has; one that was killed too never does. */
const monitorMs = 3_000;

/** How a VM whose sandbox has ended came to that. */
export async function readExit(
  { metadata: { uid } }: Vm,
  host: VmHost,
  signal: AbortSignal,
): Promise<VmExit> {
  const files = vmFiles(host.paths, uid);
  const reports = parseGuestReports(await readTail(files.exitStatus));
  const guestEnd = host.vmm.guestEnd(await readTail(files.eventsOut));
  if (guestEnd !== undefined) return exitOf({ reports, guestEnd });
  const vmmExitCode = await exitCodeOfVmm(uid, host, signal);
  const vmmError = lastErrorLine(await readTail(files.consoleLog));
  return exitOf({
    reports,
    guestEnd,
    ...(vmmExitCode !== undefined && { vmmExitCode }),
    ...(vmmError !== undefined && { vmmError }),
  });
}

async function exitCodeOfVmm(
  uid: string,
  { sandbox, clock }: VmHost,
  signal: AbortSignal,
): Promise<number | undefined> {
  const deadline = clock.now() + monitorMs;
  for (;;) {
    const seen = await sandbox.observe(uid);
    if (seen.state === 'exited' && seen.exitCode !== undefined) return seen.exitCode;
    // One that is just ending looks like one that has not begun.
    if (seen.state === 'absent' || clock.now() >= deadline) return undefined;
    await delay(pollMs, undefined, { signal });
  }
}
