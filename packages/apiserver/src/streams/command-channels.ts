import type { Status } from '../response/status.ts';
import type { CommandStreams } from '../resource/connector.ts';

/** The client's ends of all streams of a command, over one connection. Disposing it breaks the connection. */
export interface CommandChannels extends Disposable {
  readonly streams: CommandStreams;
  /** Aborts when the connection is closed. */
  readonly closed: AbortSignal;
  /** Tells how the command ended, after all of its output, and closes the connection. */
  finish(status: Status): Promise<void>;
}

/** The time in which a client must take the end of what was sent, and close the connection, in milliseconds. */
export const closeMs = 10_000;
