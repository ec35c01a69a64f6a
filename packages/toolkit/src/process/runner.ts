import type { Bytes } from '../units/bytes.ts';
import { logMessage } from './log-message.ts';

/** One run of an external tool. There is no shell: `args` reach the tool as they are. */
export interface Command {
  readonly tool: string;
  readonly args: readonly string[];
  readonly stdin?: string | Uint8Array;
  /** Added to our environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each piece of stderr as it comes, for tools that report progress there. */
  readonly onStderr?: (text: string) => void;
  /** Called with each piece of stdout as it comes, for output that is large or not text; the result has none of it. */
  readonly onStdout?: (part: Buffer) => void;
  /** Goes on when we are killed: it leaves less half-made at its end than where it would be cut short. */
  readonly outlivesUs?: boolean;
  /** A file that the tool writes cannot become larger: writing more fails, or ends the tool (RLIMIT_FSIZE of setrlimit(2)). */
  readonly fileSizeLimit?: Bytes;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a tool to its end. An aborted signal ends the tool's whole process group (SIGTERM, then SIGKILL after 2 s) and
 * rejects with the signal's reason once the tool is gone.
 * @throws ToolFailedError when the tool exits non-zero
 * @throws CodedError TOOL_MISSING when it is not installed
 */
export interface Runner {
  run(command: Command, signal: AbortSignal): Promise<CommandResult>;
}

/** A tool's failure. Adapters translate it to a coded error; it reaches a user only as a cause. */
export class ToolFailedError extends Error {
  override readonly name = 'ToolFailedError';
  /** Without what it read, which may be secret: failures are printed whole where someone looks for a fault. */
  readonly command: Omit<Command, 'stdin'>;
  /** Null when a signal ended the tool. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;

  constructor(command: Command, exitCode: number | null, output: CommandResult) {
    const lastLine = output.stderr.trim().split('\n').at(-1) ?? '';
    const said = logMessage(lastLine);
    super(`${command.tool} exited with ${exitCode ?? 'a signal'}${said ? `: ${said}` : ''}`);
    const { stdin: _secret, ...shown } = command;
    this.command = shown;
    this.exitCode = exitCode;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}
