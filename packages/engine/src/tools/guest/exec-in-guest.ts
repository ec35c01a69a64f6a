import { randomUUID } from 'node:crypto';
import type { ExecRequest, ExecSession } from '@ignite/api/client/vm-streams';
import { runInteractively } from '@ignite/toolkit/process/interactive';
import { runPiped } from '@ignite/toolkit/process/piped';
import { type GuestShell, commandIn } from './guest-shell.ts';
import { RemoteWindow, resizingLine } from './remote-window.ts';

/** Runs a line in a guest, or logs in. Aborting `signal` ends a piped session. */
export function execInGuest(
  shell: GuestShell,
  { line, streams }: Pick<ExecRequest, 'line' | 'streams'>,
  signal: AbortSignal,
): ExecSession {
  const { kind, terminal } = streams;
  if (kind === 'own') {
    const command = commandIn(shell, line, terminal && {});
    return { kind: 'handed-over', run: (until) => runInteractively(command, until) };
  }
  if (!terminal) return { kind: 'piped', ...runPiped(commandIn(shell, line), signal), resize: () => {} };
  const name = randomUUID();
  const session = runPiped(commandIn(shell, line, { size: terminal, name }), signal);
  const window = new RemoteWindow(async (size) => {
    const { stdin, stdout, stderr, exitStatus } = runPiped(
      commandIn(shell, resizingLine(name, size)),
      signal,
    );
    stdin.end();
    for (const output of [stdout, stderr]) output.resume();
    await exitStatus.catch(() => {}); // the session has ended, and its terminal with it
  });
  return { kind: 'piped', ...session, resize: (size) => window.resize(size) };
}
