import type { ExecRequest, ExecSession } from '@ignite/api/client/vm-streams';
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
  const command = sshCommand(target, line, streams.kind === 'own' && streams.terminal);
  return streams.kind === 'own'
    ? { kind: 'handed-over', run: (until) => runInteractively(command, until) }
    : { kind: 'piped', ...runPiped(command, signal) };
}

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
