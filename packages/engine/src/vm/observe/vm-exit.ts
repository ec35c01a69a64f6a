import type { Vm } from '@ignite/api/v1/vm';
import { bootId, isAlive } from '../../tools/host/host-process.ts';
import { vmFiles } from '../../tools/host/paths.ts';
import { readTail } from '../../tools/host/read-tail.ts';
import { readVmProcesses } from '../../tools/host/vm-processes.ts';
import { lastErrorLine, printedIn, sinceLastStart } from '../../tools/sandbox/console-log.ts';
import { type VmExit, exitOf, parseGuestReports } from '../plan/exit-status.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';

const pollMs = 10;
/**
 * The time limit for the monitor, which records how a program ended a moment later. On a busy host, the
 * moment may be long.
 */
const monitorMs = 60_000;
/**
 * The time limit if there is no monitor, or if it was killed too. Somebody else may have recorded how the
 * program ended.
 */
const unmonitoredMs = 3_000;
/**
 * The size of the end of the log that is read. Each character of a kernel's last words may be a line of the
 * log by itself.
 */
const logTailBytes = 2 ** 19;

type ExitPorts = Pick<VmPorts, 'paths' | 'sandbox' | 'clock' | 'vmms'>;

/** Returns how a VM ended. The VM's sandbox must have ended. */
export async function readExit(vm: Vm, host: ExitPorts, signal: AbortSignal): Promise<VmExit> {
  const { uid } = vm.metadata;
  const files = vmFiles(host.paths, uid);
  const reports = parseGuestReports(await readTail(files.exitStatus));
  const vmm = vmmOf(vm, host);
  const events = await readTail(files.eventsOut);
  const guestEnd = vmm.guestEnd({ events });
  if (guestEnd !== undefined) return exitOf({ reports, guestEnd });
  const { exitCode: vmmExitCode, outOfMemory } = await endOfVmm(vm, host, signal);
  // The log is complete only now, since the monitor may still have had the last output to write.
  const log = sinceLastStart(await readTail(files.consoleLog, logTailBytes));
  const vmmError = lastErrorLine(log, vmm.isOwnError);
  return exitOf({
    reports,
    guestEnd: vmm.guestEnd({ events, printed: printedIn(log) }),
    ...(vmmExitCode !== undefined && { vmmExitCode }),
    ...(outOfMemory && { outOfMemory }),
    ...(vmmError !== undefined && { vmmError }),
  });
}

/**
 * Returns what the sandbox of a VM tells about how it ended. The result is empty if nobody is left to tell.
 */
async function endOfVmm(
  vm: Vm,
  { paths, sandbox, clock }: ExitPorts,
  signal: AbortSignal,
): Promise<{ readonly exitCode?: number; readonly outOfMemory?: boolean }> {
  const { monitor } = readVmProcesses(vm, paths);
  const began = clock.now();
  for (;;) {
    const isMonitored = monitor !== undefined && isAlive(monitor, bootId());
    const seen = await sandbox.observe(vm.metadata.uid);
    if (seen.state === 'exited' && seen.exitCode !== undefined) return seen;
    if (seen.state === 'absent') return {};
    if (clock.now() - began >= (isMonitored ? monitorMs : unmonitoredMs)) return {};
    await clock.sleep(pollMs, signal);
  }
}
