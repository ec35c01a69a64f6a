export interface Writer {
  /** Text may come from others, so control characters are escaped; bytes are written unchanged. */
  write(part: string | Uint8Array): unknown;
}

/** Where a command writes, and what is known about the reader. */
export interface Io {
  readonly out: Writer;
  readonly err: Writer;
  readonly isTty: boolean;
  /** Whether what goes to `out` may be coloured. */
  readonly isColoured: boolean;
  /** Columns of the terminal that `out` is; undefined where it is none. */
  readonly width?: number | undefined;
  readonly env: NodeJS.ProcessEnv;
}
