import type { Invocation } from '../../arguments/command.ts';
import { logLevelOf } from '../../arguments/log-level.ts';
import { Progress } from './progress.ts';

/** Prints a note when no progress is shown yet. */
export function tellNote(text: string, { flags, io }: Pick<Invocation, 'flags' | 'io'>): void {
  using progress = new Progress(io, logLevelOf(flags));
  progress.note(text);
}
