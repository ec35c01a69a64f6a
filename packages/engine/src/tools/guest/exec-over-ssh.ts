import type { ExecRequest, ExecSession, WindowSize } from '@ignite/api/client/vm-streams';
import { runInteractively } from '@ignite/toolkit/process/interactive';
import { runPiped } from '@ignite/toolkit/process/piped';
import type { Command } from '@ignite/toolkit/process/runner';
import { remoteLine } from './remote-line.ts';
import type { SshTarget } from './ssh-target.ts';

/** Runs a line in a guest, or logs in. Aborting `signal` ends a piped session. */
export function execOverSsh(
  target: SshTarget,
  { line, streams }: Pick<ExecRequest, 'line' | 'streams'>,
  signal: AbortSignal,
): ExecSession {
  const { kind, terminal } = streams;
  const command = (run: string | undefined): Command => sshCommand(target, run, terminal !== undefined);
  if (kind === 'own') return { kind: 'handed-over', run: (until) => runInteractively(command(line), until) };
  return { kind: 'piped', ...runPiped(command(terminal ? sizedLine(terminal, line) : line), signal) };
}

/** Pure. SSH tells the guest only the size of a terminal of its own. Without a line, the user's shell is run. */
const sizedLine = ({ rows, columns }: WindowSize, line = 'exec "${SHELL:-/bin/sh}" -l'): string =>
  `stty rows ${rows} cols ${columns}; ${line}`;

/** Pure. */
function sshCommand(target: SshTarget, line: string | undefined, terminal: boolean): Command {
  return {
    tool: 'ssh',
    args: [
      ...target.args,
      ...(terminal ? ['-t', '-t'] : ['-T']), // twice, so that it works even if our input is no terminal
      `${target.user}@${target.address}`,
      ...(line === undefined ? [] : ['--', remoteLine(line)]),
    ],
  };
}
