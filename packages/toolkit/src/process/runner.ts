import type { Bytes } from '../units/bytes.ts';
import { logMessage } from './log-message.ts';

/** One run of an external tool. No shell is involved: `args` reach the tool as they are. */
export interface Command {
  readonly tool: string;
  readonly args: readonly string[];
  readonly stdin?: string | Uint8Array;
  /** Variables that are added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each chunk of stderr as it arrives, for tools that report progress there. */
  readonly onStderr?: (text: string) => void;
  /**
   * Called with each chunk of stdout as it arrives, for output that is large or binary. The result then has
   * no stdout.
   */
  readonly onStdout?: (part: Buffer) => void;
  /**
   * Lets the tool go on when this process is killed, for tools that leave less to clean up at their end than
   * if they are cut short.
   */
  readonly outlivesUs?: boolean;
  /**
   * The maximum size of files that the tool writes: writing more fails or ends the tool (RLIMIT_FSIZE of
   * setrlimit(2)).
   */
  readonly fileSizeLimit?: Bytes;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a tool to its end. An aborted signal ends the tool's whole process group (with SIGTERM, then with
 * SIGKILL after 2 s) and rejects with the signal's reason once the tool is gone.
 * @throws ToolFailedError if the tool exits non-zero
 * @throws CodedError TOOL_MISSING if the tool is not installed
 */
export interface Runner {
  run(command: Command, signal: AbortSignal): Promise<CommandResult>;
}

/** The failure of a tool. Adapters translate it to a coded error; users see it only as a cause. */
export class ToolFailedError extends Error {
  override readonly name = 'ToolFailedError';
  /** The command without its input, which may be secret, since failures are printed whole for debugging. */
  readonly command: Omit<Command, 'stdin'>;
  /** The exit status; null if a signal ended the tool. */
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
