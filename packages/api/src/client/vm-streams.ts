import type { Duplex, Readable, Writable } from 'node:stream';

export interface AttachRequest {
  /** The output to begin with: all since the start of the VM, or new output. A console repeats nothing. */
  readonly since: 'start' | 'now';
}

/** The size of a terminal. */
export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

/** The streams of what a guest runs. Whoever does not read slows the guest down; nothing is dropped. */
export interface GuestStreams {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** True if the guest has a terminal, which joins its output and its errors. */
  readonly isTerminal: boolean;
  /**
   * Opens the input. Resolves once the guest is ready to read. The end of it is the end of the guest's input too, unless
   * the guest has a terminal.
   */
  readonly input: () => Promise<Writable>;
  /** Tells the guest the size of its terminal. */
  readonly resize: (size: WindowSize) => void;
}

/** A connection with what a VM runs. Disposing it ends the connection alone. */
export type VmAttachment = Disposable &
  (
    | ({ readonly kind: 'streams' } & GuestStreams)
    /** The console of a VM that boots an init, or whose VMM has no streams. */
    | { readonly kind: 'console'; readonly console: Duplex }
  );

export interface ExecRequest {
  /** A line for the login shell of the guest's user. Without it, the user logs in. */
  readonly line?: string;
  /**
   * Whose streams the program in the guest has: `own`, if the caller's own standard streams may be handed over, or `piped`,
   * if the caller wants to have them; and the size of the terminal that the program is to have, if any.
   */
  readonly streams: { readonly kind: 'own' | 'piped'; readonly terminal?: WindowSize };
  /** The time in which the VM must answer. */
  readonly timeoutMs: number;
  /** The private key. The default is the one that was made for the VM. */
  readonly identity?: string;
}

/** A program that runs in a guest. Its exit status is 128 plus the signal's number if a signal ended it. */
export type ExecSession =
  /** The caller's own standard streams, and its terminal, are handed to a program of this host until it ends. */
  | { readonly kind: 'handed-over'; run(signal: AbortSignal): Promise<number> }
  | {
      readonly kind: 'piped';
      readonly stdin: Writable;
      readonly stdout: Readable;
      readonly stderr: Readable;
      /** Tells the program the size of its terminal, if it has one. */
      readonly resize: (size: WindowSize) => void;
      /** Resolves once the program and its output have ended. */
      readonly exitStatus: Promise<number>;
    };
