/** The streams of a command, and what is known of whoever reads them. */
export interface Io {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  readonly isTty: boolean;
  readonly env: NodeJS.ProcessEnv;
}
