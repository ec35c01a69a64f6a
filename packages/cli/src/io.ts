export interface Writer {
  write(part: string | Uint8Array): unknown;
}

/** Where a command writes, and what is known of whoever reads it. */
export interface Io {
  readonly out: Writer;
  readonly err: Writer;
  readonly isTty: boolean;
  /** Whether what goes to `out` may be coloured. */
  readonly isColoured: boolean;
  readonly env: NodeJS.ProcessEnv;
}
