export interface Writer {
  /** Text may be of others, and is escaped where a terminal would act upon it; bytes are written as they are. */
  write(part: string | Uint8Array): unknown;
}

/** Where a command writes, and what is known of whoever reads it. */
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
