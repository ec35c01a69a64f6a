import { constants } from 'node:os';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { isWorthAnotherBoot } from '../../tools/guest/lost-clocks.ts';
import type { GuestEnd } from '../../tools/vmm/vmm.ts';

const bootstrapReports = ['running', 'done', 'refused', 'cloud-init'] as const;
type BootstrapReport = (typeof bootstrapReports)[number];

/**
 * The reports of a guest through its disk `status`, oldest first: `up`, `ready`, `exit CODE`, `wrote BYTES`,
 * `failed WHY`, `no-ssh-server`, `lost-clock TIMES`, `bootstrap WORD CODE OUTPUT`.
 */
export type GuestReport =
  /** The guest's init runs, and its clock ticks. */
  | { readonly kind: 'up' }
  /** The guest's clock does not tick, so it boots again; `times` counts these boots. */
  | { readonly kind: 'lost-clock'; readonly times: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'exit'; readonly code: number }
  /** The number of bytes on the disk that the guest was to write. */
  | { readonly kind: 'wrote'; readonly size: Bytes }
  | { readonly kind: 'failed'; readonly why: string }
  /** SSH was requested, but the image contains no known SSH server. */
  | { readonly kind: 'no-ssh-server' }
  /** How far guest/bootstrap has come with the user data, with the last lines of its output. */
  | {
      readonly kind: 'bootstrap';
      readonly state: BootstrapReport;
      readonly code: number;
      readonly output: string;
    };

/** Pure. Parses the reports. A guest is not trusted: unknown lines are skipped. */
export function parseGuestReports(text: string): readonly GuestReport[] {
  return text.split('\n').flatMap((line): GuestReport[] => {
    if (line === 'up' || line === 'ready' || line === 'no-ssh-server') return [{ kind: line }];
    const lost = /^lost-clock (\d{1,3})$/.exec(line);
    if (lost) return [{ kind: 'lost-clock', times: Number(lost[1]) }];
    const exit = /^exit (\d{1,3})$/.exec(line);
    if (exit && Number(exit[1]) <= 255) return [{ kind: 'exit', code: Number(exit[1]) }];
    const wrote = /^wrote (\d{1,15})$/.exec(line);
    if (wrote) return [{ kind: 'wrote', size: bytes(Number(wrote[1])) }];
    const bootstrap = /^bootstrap ([a-z-]+) (\d{1,3}) ([\x20-\x7e]{0,2000})$/.exec(line);
    const state = bootstrapReports.find((each) => each === bootstrap?.[1]);
    if (bootstrap && state)
      return [{ kind: 'bootstrap', state, code: Number(bootstrap[2]), output: unescaped(bootstrap[3]!) }];
    const failed = /^failed ([\x20-\x7e]{1,200})$/.exec(line);
    return failed ? [{ kind: 'failed', why: failed[1]! }] : [];
  });
}

/** A guest writes a newline as `\n`, and a backslash as two. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : '\\')).trim();

/** The facts from which the end of a VM is determined. */
export interface ExitEvidence {
  readonly reports: readonly GuestReport[];
  /** The last thing that the VMM saw its guest do; `undefined` if the VMM was killed before it could tell. */
  readonly guestEnd: GuestEnd | undefined;
  /** The exit status of the VMM itself. */
  readonly vmmExitCode?: number;
  /** True if this host's kernel has killed it at its memory limit. */
  readonly outOfMemory?: boolean;
  /** The last line of the VMM's own errors. */
  readonly vmmError?: string;
}

export interface VmExit {
  /** A guest that rebooted wants to continue. Any other guest has ended, well or not. */
  readonly kind: 'ended' | 'rebooted';
  readonly exitCode?: number;
  readonly message?: string;
}

/**
 * Pure. Determines how a VM ended. The exit status is that of its entrypoint, 0 after an orderly power-off,
 * or 128 plus the signal's number if its VMM was killed. There is no status, but a message, if the guest
 * never came up or its kernel panicked.
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
      if (!cameUp && isBootingAgain(reports)) return { kind: 'rebooted' };
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

const isBootingAgain = (reports: readonly GuestReport[]): boolean =>
  reports.some((report) => report.kind === 'lost-clock' && isWorthAnotherBoot(report.times));

const killedForMemory = 'out of memory on the host: the VMM reached its memory limit and was killed';

const inOrder = (cameUp: boolean): VmExit => ({ kind: 'ended', ...(cameUp && { exitCode: 0 }) });

function endOfVmm({ vmmExitCode: code, vmmError, outOfMemory }: ExitEvidence): VmExit {
  if (code === undefined) return { kind: 'ended', message: 'the VMM is gone' };
  if (code > 128)
    return { kind: 'ended', exitCode: code, message: outOfMemory ? killedForMemory : 'the VMM was killed' };
  return { kind: 'ended', message: `its VMM failed${vmmError === undefined ? '' : `: ${vmmError}`}` };
}
