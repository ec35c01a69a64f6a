import { constants } from 'node:os';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { GuestEnd } from '../../vmm/vmm.ts';

/** What a guest told through its disk `status`, oldest first: `ready`, `exit CODE`, `wrote BYTES`, `failed WHY`, `no-ssh-server`. */
export type GuestReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'exit'; readonly code: number }
  /** How much is on the disk that it was to write to. */
  | { readonly kind: 'wrote'; readonly size: Bytes }
  | { readonly kind: 'failed'; readonly why: string }
  /** SSH was asked for, and the image holds none of the servers that are known. */
  | { readonly kind: 'no-ssh-server' };

/** Pure. What a guest writes is not trusted: lines of other forms are passed over. */
export function parseGuestReports(text: string): readonly GuestReport[] {
  return text.split('\n').flatMap((line): GuestReport[] => {
    if (line === 'ready' || line === 'no-ssh-server') return [{ kind: line }];
    const exit = /^exit (\d{1,3})$/.exec(line);
    if (exit && Number(exit[1]) <= 255) return [{ kind: 'exit', code: Number(exit[1]) }];
    const wrote = /^wrote (\d{1,15})$/.exec(line);
    if (wrote) return [{ kind: 'wrote', size: bytes(Number(wrote[1])) }];
    const failed = /^failed ([\x20-\x7e]{1,200})$/.exec(line);
    return failed ? [{ kind: 'failed', why: failed[1]! }] : [];
  });
}

/** What is known of how a VM ended. */
export interface ExitEvidence {
  readonly reports: readonly GuestReport[];
  /** What the VMM saw its guest do at last; undefined when it did not live to tell. */
  readonly guestEnd: GuestEnd | undefined;
  /** Of the VMM itself. */
  readonly vmmExitCode?: number;
  /** Whether this host's kernel has killed it at the limit of its memory. */
  readonly outOfMemory?: boolean;
  /** The last line of the VMM's own errors. */
  readonly vmmError?: string;
}

export interface VmExit {
  /** A guest that rebooted wants to go on; any other is done, well or not. */
  readonly kind: 'ended' | 'rebooted';
  readonly exitCode?: number;
  readonly message?: string;
}

/**
 * Pure. How a VM ended: with the code of its entrypoint, or 0 when it powered off in order; with 128 and the signal when
 * its VMM was killed; with no code, and what was said, when it never came up or its kernel gave up.
 */
export function exitOf(evidence: ExitEvidence): VmExit {
  const { reports, guestEnd, vmmExitCode } = evidence;
  const exit = reports.findLast((report) => report.kind === 'exit');
  if (exit) return { kind: 'ended', exitCode: exit.code };
  const failed = reports.findLast((report) => report.kind === 'failed');
  if (failed) return { kind: 'ended', message: failed.why };
  const cameUp = reports.some((report) => report.kind === 'ready');
  switch (guestEnd) {
    case 'panicked':
      return { kind: 'ended', message: 'the kernel of the guest panicked' };
    case 'rebooted':
      // A kernel that cannot boot resets the machine too, and would do so for ever.
      return cameUp
        ? { kind: 'rebooted' }
        : { kind: 'ended', message: 'the guest was reset before it was up' };
    case 'powered-off':
      return inOrder(cameUp);
    case 'stopped':
      return {
        kind: 'ended',
        exitCode: 128 + constants.signals.SIGTERM,
        message: 'the VMM was terminated, but not by Ignite',
      };
    case undefined:
      return vmmExitCode === 0 ? inOrder(cameUp) : endOfVmm(evidence);
  }
}

const killedForMemory = 'out of memory on the host: the VMM reached its memory limit and was killed';

const inOrder = (cameUp: boolean): VmExit => ({ kind: 'ended', ...(cameUp && { exitCode: 0 }) });

function endOfVmm({ vmmExitCode: code, vmmError, outOfMemory }: ExitEvidence): VmExit {
  if (code === undefined) return { kind: 'ended', message: 'the VMM is gone' };
  if (code > 128)
    return { kind: 'ended', exitCode: code, message: outOfMemory ? killedForMemory : 'the VMM was killed' };
  return { kind: 'ended', message: `its VMM failed${vmmError === undefined ? '' : `: ${vmmError}`}` };
}
