import type { HostProgramStatus } from '@ignite/api/host-pod/host-pod';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import type { SandboxObservation } from '../tools/sandbox/sandbox.ts';
import { type ProgramPlace, readLaunchNote } from './launch-program.ts';
import { type LaunchNote, planProgram } from './plan-program.ts';

/** The time after which a program is looked at again that runs as it should. */
export const lookMs = 5_000;
/** The time after which a program is looked at again for which something is missing, or which has just been started. */
export const soonMs = 1_000;
/** How long the programs of a pod that become ready are asked at each look, all together. */
const patienceMs = 1_000;
/** The shortest and the longest time until such a program is asked again, and the part of the time since its start that lies between. */
const pause = { leastMs: 100, mostMs: soonMs, part: 1 / 100 };

/** The time in which a process begins to run what it executes, on a busy host too. */
const settlingMs = 2_000;
const settlingPollMs = 20;

/** A program as it is kept running. */
export interface KeptProgram {
  readonly name: string;
  readonly image?: string;
  /** Tells a start of it from another one that would differ. */
  readonly fingerprint: string;
  /** Whether it is ready as soon as it runs. */
  readonly isReadyAtOnce: boolean;
  readonly launch: (note: LaunchNote) => Promise<void>;
  /** Tells whether it is ready, now that it runs. */
  readonly isReady: () => Promise<boolean>;
}

export interface ReconciledProgram {
  readonly status: HostProgramStatus;
  readonly waitMs: number;
  readonly replacesImage?: boolean;
}

/** A look at the programs of a pod, one after the other. */
export interface ProgramLook {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Until then it is waited for programs that become ready. */
  readonly patientUntilMs: number;
}

export const beginLook = (clock: Clock, signal: AbortSignal): ProgramLook => ({
  ...{ clock, signal },
  patientUntilMs: clock.now() + patienceMs,
});

/** Starts a program unless it runs as it should, and tells how it is. */
export async function keepProgram(
  program: KeptProgram,
  place: ProgramPlace,
  look: ProgramLook,
): Promise<ReconciledProgram> {
  const { name, image, fingerprint, isReadyAtOnce } = program;
  const { clock } = look;
  const observed = await observeSettled(place, look);
  const note = await readLaunchNote(place.files);
  const step = planProgram(fingerprint, observed, note, clock.now());
  const told = ({ restarts, startMs }: LaunchNote) => ({
    name,
    ...(image !== undefined && { image }),
    restarts,
    startTime: new Date(startMs).toISOString(),
  });
  switch (step.type) {
    case 'keep': {
      const isReady = await becomesReady(program, note!, look);
      return {
        status: { ...told(note!), state: 'Running', isReady },
        waitMs: isReady ? lookMs : pauseMsOf(note!, clock.now()),
      };
    }
    case 'launch':
      await program.launch(step.note);
      return {
        status: { ...told(step.note), state: 'Running', isReady: isReadyAtOnce },
        waitMs: isReadyAtOnce ? soonMs : pause.leastMs,
      };
    case 'note-end':
      await replaceFile(place.files.launchNote, JSON.stringify(step.note), 0o600);
      return await keepProgram(program, place, look);
    case 'wait':
      return {
        status: { ...told(note!), state: 'Ended', isReady: false, message: endText(observed) },
        waitMs: step.waitMs,
      };
  }
}

/**
 * A process that is about to execute a program looks as one whose start was cut short, whether that is its first program or another one, as HAProxy does
 * when it gets another configuration. The latter must not be ended for that, so it is given the time.
 */
async function observeSettled(
  { sandbox, identity }: ProgramPlace,
  { clock, signal }: ProgramLook,
): Promise<SandboxObservation> {
  for (const endMs = clock.now() + settlingMs; ; await clock.sleep(settlingPollMs, signal)) {
    const observed = await sandbox.observe(identity.uid);
    if (observed.state !== 'partial' || clock.now() >= endMs) return observed;
  }
}

/** Pure. Returns the time until a program is asked again that has yet to become ready, which is so for good of one that cannot. */
const pauseMsOf = ({ startMs }: LaunchNote, nowMs: number): number =>
  Math.min(pause.mostMs, Math.max(pause.leastMs, Math.round((nowMs - startMs) * pause.part)));

/** Whoever waits for a program learns of it at once by this, without all of its pod being looked at each time. */
async function becomesReady(
  { isReady }: Pick<KeptProgram, 'isReady'>,
  note: LaunchNote,
  { clock, signal, patientUntilMs }: ProgramLook,
): Promise<boolean> {
  for (;;) {
    if (await isReady()) return true;
    const pauseMs = pauseMsOf(note, clock.now());
    if (clock.now() + pauseMs >= patientUntilMs) return false;
    await clock.sleep(pauseMs, signal);
  }
}

function endText(observed: SandboxObservation): string {
  if (observed.state !== 'exited') return 'it has ended';
  if (observed.outOfMemory) return 'it needed more memory than its limit';
  return observed.exitCode === undefined ? 'it has ended' : `it has ended with status ${observed.exitCode}`;
}
