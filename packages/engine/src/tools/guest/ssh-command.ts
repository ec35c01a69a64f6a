import type { Command } from '@ignite/toolkit/process/runner';
import { remoteLine } from './remote-line.ts';
import type { GuestLine, GuestTerminal } from './guest-line.ts';
import type { SshTarget } from './ssh-target.ts';

/** Pure. Returns the command that runs a line in a guest over SSH, or logs in. */
export function sshCommand(target: SshTarget, line: GuestLine, terminal?: GuestTerminal): Command {
  const sized = terminal?.size ? sizedLine(terminal.size, line) : line;
  return {
    tool: 'ssh',
    args: [
      ...target.args,
      ...(terminal ? ['-t', '-t'] : ['-T']), // twice, so that it works even if our input is no terminal
      `${target.user}@${target.address}`,
      ...(sized === undefined ? [] : ['--', remoteLine(sized, terminal?.name)]),
    ],
  };
}

/** SSH tells the guest only the size of a terminal of its own. Without a line, the user's shell is run. */
const sizedLine = (
  { rows, columns }: NonNullable<GuestTerminal['size']>,
  line = 'exec "${SHELL:-/bin/sh}" -l',
): string => `stty rows ${rows} cols ${columns}; ${line}`;
