/** A connection that carries messages both ways and in order: texts, and bytes. */
export interface Line {
  /** Sends a message. What is sent on a line that has closed is lost. */
  send(message: string | Uint8Array): void;
  /** Sets who is called with each message that comes in. Messages that came before are kept for the first one. */
  receive(onMessage: (message: string | Buffer) => void): void;
  /** The number of bytes that were sent and have not left yet. */
  readonly backlog: number;
  /** Aborts when the line has closed. The reason says why, if the other side did. */
  readonly closed: AbortSignal;
  close(): void;
  /** Closes the line at once, without a word to the other side. */
  terminate(): void;
}
