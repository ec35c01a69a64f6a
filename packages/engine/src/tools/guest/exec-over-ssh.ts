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
  if (streams.kind === 'own') {
    const command = sshCommand(target, line, streams.terminal);
    return { kind: 'handed-over', run: (until) => runInteractively(command, until) };
  }
  const { terminal } = streams;
  const sized = terminal && line !== undefined ? `${sizeLine(terminal)}; ${line}` : line;
  return { kind: 'piped', ...runPiped(sshCommand(target, sized, terminal !== undefined), signal) };
}

/** Pure. SSH tells the guest only the size of a terminal of its own. */
const sizeLine = ({ rows, columns }: WindowSize): string => `stty rows ${rows} cols ${columns}`;

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
