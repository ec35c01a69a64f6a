import type { Command } from '@ignite/toolkit/process/runner';
import { quotedWord } from '@ignite/toolkit/text/shell-word';
import type { GuestLine, GuestTerminal } from './guest-line.ts';
import { terminalVariable } from './remote-line.ts';

/** The ports at which a guest runs commands. */
export interface ChannelTarget {
  /** The program host/guest-command. */
  readonly program: string;
  /** The folder with the locks of those who use the ports. */
  readonly locks: string;
  readonly sockets: readonly string[];
  /** The time in which a port must be free, and the guest must answer. */
  readonly timeoutMs: number;
}

/** Pure. Returns the command that runs a line in a guest over its channel, or logs in. */
export const channelCommand = (
  { program, locks, sockets, timeoutMs }: ChannelTarget,
  line: GuestLine,
  terminal?: GuestTerminal,
): Command => ({
  tool: 'perl',
  args: [
    ...[program, locks, String(Math.ceil(timeoutMs / 1_000)), sizeWord(terminal)],
    terminal?.name === undefined ? (line ?? '') : namedLine(terminal.name, line),
    ...sockets,
  ],
});

function sizeWord(terminal: GuestTerminal | undefined): string {
  if (!terminal) return '';
  return terminal.size ? `${terminal.size.rows} ${terminal.size.columns}` : 'own';
}

/** The guest's shell may be several words. */
const namedLine = (name: string, line: GuestLine): string =>
  `exec /run/ignite/busybox env ${terminalVariable}=${name} $SHELL ${line === undefined ? '-l' : `-c ${quotedWord(line)}`}`;
