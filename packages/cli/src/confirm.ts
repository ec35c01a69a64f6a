import type { Io } from './io.ts';
import { usageError } from './arguments/usage-error.ts';

/** Asks the user at the terminal. @throws CodedError USAGE_INVALID without a terminal */
export async function confirm(question: string, io: Io, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !io.isTty)
    throw usageError(
      'cannot ask for confirmation without a terminal',
      'use --force to skip the confirmation',
    );
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `, { signal })).trim());
  } catch (failure) {
    io.err.write('\n');
    signal.throwIfAborted();
    if (failure instanceof Error && failure.name === 'AbortError') return false; // ^D is no answer
    throw failure;
  } finally {
    reader.close();
  }
}
