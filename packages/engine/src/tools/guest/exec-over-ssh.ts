import { randomUUID } from 'node:crypto';
import type { ExecRequest, ExecSession, WindowSize } from '@ignite/api/client/vm-streams';
import { runInteractively } from '@ignite/toolkit/process/interactive';
import { runPiped } from '@ignite/toolkit/process/piped';
import type { Command } from '@ignite/toolkit/process/runner';
import { remoteLine } from './remote-line.ts';
import { RemoteWindow, resizingLine } from './remote-window.ts';
import type { SshTarget } from './ssh-target.ts';

/** Runs a line in a guest, or logs in. Aborting `signal` ends a piped session. */
export function execOverSsh(
  target: SshTarget,
  { line, streams }: Pick<ExecRequest, 'line' | 'streams'>,
  signal: AbortSignal,
): ExecSession {
  const { kind, terminal } = streams;
  if (kind === 'own') {
    const command = sshCommand(target, line, { hasTerminal: terminal !== undefined });
    return { kind: 'handed-over', run: (until) => runInteractively(command, until) };
  }
  if (!terminal)
    return { kind: 'piped', ...runPiped(sshCommand(target, line, {}), signal), resize: () => {} };
  const name = randomUUID();
  const sized = { hasTerminal: true, name };
  const session = runPiped(sshCommand(target, sizedLine(terminal, line), sized), signal);
  const window = new RemoteWindow(async (size) => {
    const { stdin, stdout, stderr, exitStatus } = runPiped(
      sshCommand(target, resizingLine(name, size), {}),
      signal,
    );
    stdin.end();
    for (const output of [stdout, stderr]) output.resume();
    await exitStatus.catch(() => {}); // the session has ended, and its terminal with it
  });
  return { kind: 'piped', ...session, resize: (size) => window.resize(size) };
}

/** Pure. SSH tells the guest only the size of a terminal of its own. Without a line, the user's shell is run. */
const sizedLine = ({ rows, columns }: WindowSize, line = 'exec "${SHELL:-/bin/sh}" -l'): string =>
  `stty rows ${rows} cols ${columns}; ${line}`;

/** Pure. */
function sshCommand(
  target: SshTarget,
  line: string | undefined,
  { hasTerminal = false, name }: { readonly hasTerminal?: boolean; readonly name?: string },
): Command {
  return {
    tool: 'ssh',
    args: [
      ...target.args,
      ...(hasTerminal ? ['-t', '-t'] : ['-T']), // twice, so that it works even if our input is no terminal
      `${target.user}@${target.address}`,
      ...(line === undefined ? [] : ['--', remoteLine(line, name)]),
    ],
  };
}
