import type { Vm } from '@ignite/api/v1/vm';
import { vmFiles } from '../../host/paths.ts';
import { readTail } from '../../host/read-tail.ts';
import { errorsIn, lastErrorLine, printedIn, sinceLastStart } from '../../sandbox/console-log.ts';
import { type VmExit, exitOf, parseGuestReports } from '../plan/exit-status.ts';
import type { VmHost } from '../vm-host.ts';
import { vmmOf } from '../vmm-of.ts';
import { bootId, isAlive } from './liveness.ts';

const pollMs = 10;
/** The monitor writes down how a program ended a moment after it has, which on a busy host may be a long one. */
const monitorMs = 60_000;
/** Where there is no monitor, or it was killed too, somebody else may have. */
const unmonitoredMs = 3_000;
/** A kernel's last words, each character of which may be a line of the log by itself. */
const logTailBytes = 2 ** 19;

type ExitHost = Pick<VmHost, 'paths' | 'sandbox' | 'clock' | 'vmms'>;

/** How a VM whose sandbox has ended came to that. */
export async function readExit(vm: Vm, host: ExitHost, signal: AbortSignal): Promise<VmExit> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const reports = parseGuestReports(await readTail(files.exitStatus));
  const vmm = vmmOf(vm, host);
  const { exitCode: vmmExitCode, outOfMemory } = await endOfVmm(vm, host, signal);
  // Whole only now: what was printed last the monitor may have had still to write.
  const log = sinceLastStart(await readTail(files.consoleLog, logTailBytes));
  const vmmError = lastErrorLine(log);
  const events = errorsIn(log) + (await readTail(files.eventsOut));
  return exitOf({
    reports,
    guestEnd: vmm.guestEnd({ events, printed: printedIn(log) }),
    ...(vmmExitCode !== undefined && { vmmExitCode }),
    ...(outOfMemory && { outOfMemory }),
    ...(vmmError !== undefined && { vmmError }),
  });
}

/** What its sandbox tells of how it ended; nothing where there is nobody left to tell. */
async function endOfVmm(
  { metadata: { uid }, status: { monitor } }: Vm,
  { sandbox, clock }: ExitHost,
  signal: AbortSignal,
): Promise<{ readonly exitCode?: number; readonly outOfMemory?: boolean }> {
  const began = clock.now();
  for (;;) {
    const isMonitored = monitor !== undefined && isAlive(monitor, bootId());
    const seen = await sandbox.observe(uid);
    if (seen.state === 'exited' && seen.exitCode !== undefined) return seen;
    if (seen.state === 'absent') return {};
    if (clock.now() - began >= (isMonitored ? monitorMs : unmonitoredMs)) return {};
    await clock.sleep(pollMs, signal);
  }
}
