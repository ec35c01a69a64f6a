import type { Command } from '@ignite/toolkit/process/runner';
import { type ChannelTarget, channelCommand } from './channel-command.ts';
import type { GuestLine, GuestTerminal } from './guest-line.ts';
import { sshCommand } from './ssh-command.ts';
import type { SshTarget } from './ssh-target.ts';

/** How commands are run in a guest: over SSH, or over its channel, at ports that root alone can open. */
export type GuestShell =
  ({ readonly kind: 'ssh' } & SshTarget) | ({ readonly kind: 'channel' } & ChannelTarget);

/** Pure. Returns the command of this host that runs a line in a guest, with the line's standard streams and exit status. */
export const commandIn = (shell: GuestShell, line: GuestLine, terminal?: GuestTerminal): Command =>
  shell.kind === 'ssh' ? sshCommand(shell, line, terminal) : channelCommand(shell, line, terminal);
