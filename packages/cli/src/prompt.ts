import { Writable } from 'node:stream';
import { usageError } from './arguments/usage-error.ts';
import type { Io } from './io.ts';

interface Prompt {
  readonly question: string;
  /** Whether what is typed is not to be seen. */
  readonly isSecret?: boolean;
  /** What to do where nobody can be asked. */
  readonly hint: string;
}

/**
 * Asks whoever sits at the terminal for a line; undefined when they end their input instead.
 * @throws CodedError USAGE_INVALID where nobody does
 */
export async function askLine(
  { question, isSecret = false, hint }: Prompt,
  io: Io,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!process.stdin.isTTY || !io.isTty) throw usageError('there is no terminal to ask at', hint);
  const { createInterface } = await import('node:readline/promises');
  const output = isSecret ? new Writable({ write: (_part, _encoding, done) => done() }) : process.stderr;
  // It has the terminal echo nothing, and echoes to `output` itself.
  const reader = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    if (isSecret) io.err.write(question);
    return await reader.question(isSecret ? '' : question, { signal });
  } catch (failure) {
    signal.throwIfAborted();
    if (failure instanceof Error && failure.name === 'AbortError') return undefined;
    throw failure;
  } finally {
    reader.close();
    if (isSecret || signal.aborted) io.err.write('\n');
  }
}
