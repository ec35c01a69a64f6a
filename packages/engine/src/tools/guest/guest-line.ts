import type { WindowSize } from '@ignite/api/client/vm-streams';

/** A line for the shell of the guest's root. Without it, root logs in. */
export type GuestLine = string | undefined;

/** The terminal of a line. */
export interface GuestTerminal {
  /** Its size, unless it has, and keeps, that of our own terminal. */
  readonly size?: WindowSize;
  /** Tells the processes at this terminal from others. */
  readonly name?: string;
}
