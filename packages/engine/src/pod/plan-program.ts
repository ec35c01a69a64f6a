import type { SandboxObservation } from '../tools/sandbox/sandbox.ts';

/** What is remembered of the last start of a program until the host reboots. */
export interface LaunchNote {
  /** Tells what was started: the program, its image, its Secrets and its address. */
  readonly fingerprint: string;
  readonly startMs: number;
  /** When the program was first seen to have ended. */
  readonly endMs?: number;
  /** How often it was started again because it had ended. */
  readonly restarts: number;
  /** How often in a row it has ended soon after its start. */
  readonly quickEnds: number;
}

export type ProgramStep =
  | { readonly type: 'keep' }
  /** Starts the program, after what is left of an earlier start is cleared away. */
  | { readonly type: 'launch'; readonly note: LaunchNote }
  /** The end of the program is noted. */
  | { readonly type: 'note-end'; readonly note: LaunchNote }
  | { readonly type: 'wait'; readonly waitMs: number };

/** A program that has run as long as this has not ended soon. */
const settledMs = 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** Pure. Returns what is done with a program next. */
export function planProgram(
  fingerprint: string,
  { state }: Pick<SandboxObservation, 'state'>,
  note: LaunchNote | undefined,
  nowMs: number,
): ProgramStep {
  const fresh: LaunchNote = { fingerprint, startMs: nowMs, restarts: 0, quickEnds: 0 };
  if (!note || note.fingerprint !== fingerprint) return { type: 'launch', note: fresh };
  const { startMs, endMs, restarts, quickEnds } = note;
  switch (state) {
    case 'running':
      return { type: 'keep' };
    case 'partial':
      return { type: 'launch', note: { ...fresh, restarts, quickEnds } };
    case 'absent':
    case 'exited': {
      if (endMs === undefined) return { type: 'note-end', note: { ...note, endMs: nowMs } };
      const isQuick = endMs - startMs < settledMs;
      const pauseMs = isQuick ? Math.min(firstPauseMs * 2 ** quickEnds, longestPauseMs) : 0;
      const waitMs = endMs + pauseMs - nowMs;
      return waitMs > 0
        ? { type: 'wait', waitMs }
        : {
            type: 'launch',
            note: { ...fresh, restarts: restarts + 1, quickEnds: isQuick ? quickEnds + 1 : 0 },
          };
    }
  }
}
